//! use linear pool
//! dx = sum over the windows that hold the value of dy / the window's number of values (those inside
//! the image, or with `count_padding` 1 all of the kernel's). Host: src/ops/pool/avg.rs.

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
    count_padding: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn avg_pool_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let plane = i / (p.w * p.h) * p.oh;
    let rows = holders(i / p.w % p.h, p.oh);
    let columns = holders(i % p.w, p.ow);
    var sum = 0.0;
    for (var r = rows.x; r < rows.y; r += 1u) {
        for (var c = columns.x; c < columns.y; c += 1u) {
            let tall = window(r, p.h);
            let wide = window(c, p.w);
            let inside = (tall.y - tall.x) * (wide.y - wide.x);
            let count = select(inside, p.kernel * p.kernel, p.count_padding != 0u);
            sum += dy[(plane + r) * p.ow + c] / f32(count);
        }
    }
    dx[i] = sum;
}
