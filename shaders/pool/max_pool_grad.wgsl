//! use linear pool
//! dx = sum of dy over the windows whose largest value this is. Host: src/ops/pool/max.rs.

struct Params {
    // Values of x.
    n: u32,
    h: u32,
    w: u32,
    oh: u32,
    ow: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn max_pool_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let plane = i / (p.w * p.h) * p.oh;
    let place = i % (p.w * p.h);
    let rows = holders(place / p.w, p.oh);
    let columns = holders(place % p.w, p.ow);
    var sum = 0.0;
    for (var r = rows.x; r < rows.y; r += 1u) {
        for (var c = columns.x; c < columns.y; c += 1u) {
            let at = (plane + r) * p.ow + c;
            if (places[at] == place) {
                sum += dy[at];
            }
        }
    }
    dx[i] = sum;
}
