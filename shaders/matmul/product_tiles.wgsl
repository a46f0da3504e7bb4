//! use linear activation product product_tiles
//! y[n, m, p] = bias[m] + plus[n, m, p] + sum over k of a[k, m] b[n, k, p], or of a[k, m]
//! act(norm(b))[n, k, p], for planes whose size is a multiple of 4: a pointwise convolution. For GPUs.
//! Host: src/ops/product/tiles.rs.

// 1: `plus` is added.
override PLUS: u32 = 0u;

struct Params {
    rows: u32,    // M
    depth: u32,   // K
    plane4: u32,  // vec4s of a plane
    columns4: u32, // vec4s of all planes: N * plane4
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // tiles of rows
    bias: u32,    // 1: there is one
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<quad>;
@group(0) @binding(2) var<storage, read> b: array<quad>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
// By row of b (mean, 1/std, scale, shift).
@group(0) @binding(4) var<storage, read> norm: array<quad>;
@group(0) @binding(5) var<storage, read> plus: array<quad>;
@group(0) @binding(6) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(INVOCATIONS)
fn product_tiles(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    let c = product_tile(w, local);
    let here = place(w, local);
    for (var i = 0u; i < 4u; i++) {
        if (here.known && here.m + i < p.rows) {
            var v = c[i];
            if (p.bias == 1u) {
                v += bias[here.m + i];
            }
            let to = here.to + (here.m + i) * p.plane4;
            if (PLUS == 1u) {
                v += load4(plus[to]);
            }
            y[to] = store4(v);
        }
    }
}
