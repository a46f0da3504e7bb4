//! use linear pool bits
//! y = largest value of the window, `places` where in its plane it stands: of equal values the
//! first, and a NaN before any number. Host: src/ops/pool/max.rs.

struct Params {
    // Values of y.
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
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> places: array<u32>;

@compute @workgroup_size(64)
fn max_pool(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let plane = i / (p.ow * p.oh) * p.h * p.w;
    let rows = window(i / p.ow % p.oh, p.h);
    let columns = window(i % p.ow, p.w);
    var place = rows.x * p.w + columns.x;
    var most = x[plane + place];
    for (var r = rows.x; r < rows.y; r += 1u) {
        for (var c = columns.x; c < columns.y; c += 1u) {
            let at = r * p.w + c;
            let v = x[plane + at];
            if (!is_nan(most) && (v > most || is_nan(v))) {
                most = v;
                place = at;
            }
        }
    }
    y[i] = most;
    places[i] = place;
}
