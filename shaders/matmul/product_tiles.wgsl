//! use linear product
//! y[n, m, p] = bias[m] + sum over k of a[k, m] b[n, k, p], for planes whose size is a multiple
//! of 4: a pointwise convolution. A workgroup computes 4 * TM rows by 64 columns through tiles of
//! 16 steps of k in workgroup memory, an invocation 4 by 4. For GPUs. Host: src/ops/product/mod.rs.

// Rows of a tile, in vec4s: 4, 8 or 16.
override TM: u32 = 16u;
override INVOCATIONS: u32 = TM * 16u;

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
@group(0) @binding(4) var<storage, read_write> y: array<quad>;

var<workgroup> at: array<vec4<f32>, TM * 16u>;
var<workgroup> bt: array<vec4<f32>, 256>;

@compute @workgroup_size(INVOCATIONS)
fn product_tiles(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    let m4 = (w % p.blocks) * TM;
    let j0 = (w / p.blocks) * 16u;
    let col = local % 16u;
    let row = local / 16u;
    // The column that this invocation loads is the one that it computes.
    let j = min(j0 + col, p.columns4 - 1u);
    let n = j / p.plane4;
    let q = j - n * p.plane4;
    let from_b = n * (p.depth * p.plane4) + q;
    var c = mat4x4<f32>();
    for (var k0 = 0u; k0 < p.depth; k0 += 16u) {
        for (var i = local; i < TM * 16u; i += INVOCATIONS) {
            let k = k0 + i / TM;
            let m = m4 + i % TM;
            var v = vec4<f32>();
            if (k < p.depth && m < p.pitch4) {
                v = load4(a[k * p.pitch4 + m]);
            }
            at[i] = v;
        }
        for (var k = row; k < 16u; k += TM) {
            var v = vec4<f32>();
            if (k0 + k < p.depth) {
                v = load4(b[from_b + (k0 + k) * p.plane4]);
            }
            bt[k * 16u + col] = v;
        }
        workgroupBarrier();
        for (var k = 0u; k < 16u; k++) {
            c += outer(at[k * TM + row], bt[k * 16u + col]);
        }
        workgroupBarrier();
    }
    let to = n * (p.rows * p.plane4) + q;
    let m = (m4 + row) * 4u;
    for (var i = 0u; i < 4u; i++) {
        if (j0 + col < p.columns4 && m + i < p.rows) {
            var v = c[i];
            if (p.bias == 1u) {
                v += bias[m + i];
            }
            y[to + (m + i) * p.plane4] = store4(v);
        }
    }
}
