//! use linear product
//! y[n, m, p] = bias[m] + sum over k of a[k, m] b[n, k, p], for planes whose size is a multiple
//! of 4: a pointwise convolution. An invocation holds 4 * MB rows by 16 columns in registers, the
//! columns counted over all planes. For software drivers. Host: src/ops/product/mod.rs.

// Rows of a block, in vec4s: 1 to 4.
override MB: u32 = 4u;

struct Params {
    rows: u32,    // M
    depth: u32,   // K
    plane4: u32,  // vec4s of a plane
    columns4: u32, // vec4s of all planes: N * plane4
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // blocks of rows
    bias: u32,    // 1: there is one
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<texel>;
@group(0) @binding(2) var<storage, read> b: array<texel>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<quad>;

fn store(m: u32, at: u32, ok: bool, c: mat4x4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (ok && m + i < p.rows) {
            var v = c[i];
            if (p.bias == 1u) {
                v += bias[m + i];
            }
            y[at + (m + i) * p.plane4] = store4(v);
        }
    }
}

@compute @workgroup_size(8)
fn product(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    // Blocks of rows go fastest, so that the columns stay in the cache for all of them.
    let w = linear_index(wg, groups, 1u, 0u);
    let m4 = (w % p.blocks) * MB;
    let j = ((w / p.blocks) * 8u + local) * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let inside = j < vec4<u32>(p.columns4);
    let n = min(j, vec4<u32>(p.columns4 - 1u)) / p.plane4;
    let q = min(j, vec4<u32>(p.columns4 - 1u)) - n * p.plane4;
    var bi = n * (p.depth * p.plane4) + q;
    var ai = m4;
    var c00 = mat4x4<f32>(); var c01 = mat4x4<f32>(); var c02 = mat4x4<f32>(); var c03 = mat4x4<f32>();
    var c10 = mat4x4<f32>(); var c11 = mat4x4<f32>(); var c12 = mat4x4<f32>(); var c13 = mat4x4<f32>();
    var c20 = mat4x4<f32>(); var c21 = mat4x4<f32>(); var c22 = mat4x4<f32>(); var c23 = mat4x4<f32>();
    var c30 = mat4x4<f32>(); var c31 = mat4x4<f32>(); var c32 = mat4x4<f32>(); var c33 = mat4x4<f32>();
    for (var k = 0u; k < p.depth; k++) {
        let b0 = b_quad(bi.x); let b1 = b_quad(bi.y); let b2 = b_quad(bi.z); let b3 = b_quad(bi.w);
        let a0 = a_quad(ai);
        c00 += outer(a0, b0); c01 += outer(a0, b1); c02 += outer(a0, b2); c03 += outer(a0, b3);
        if (MB > 1u) {
            let a1 = a_quad(ai + 1u);
            c10 += outer(a1, b0); c11 += outer(a1, b1); c12 += outer(a1, b2); c13 += outer(a1, b3);
        }
        if (MB > 2u) {
            let a2 = a_quad(ai + 2u);
            c20 += outer(a2, b0); c21 += outer(a2, b1); c22 += outer(a2, b2); c23 += outer(a2, b3);
        }
        if (MB > 3u) {
            let a3 = a_quad(ai + 3u);
            c30 += outer(a3, b0); c31 += outer(a3, b1); c32 += outer(a3, b2); c33 += outer(a3, b3);
        }
        ai += p.pitch4;
        bi += p.plane4;
    }
    let m = m4 * 4u;
    let to = n * (p.rows * p.plane4) + q;
    store(m, to.x, inside.x, c00); store(m, to.y, inside.y, c01);
    store(m, to.z, inside.z, c02); store(m, to.w, inside.w, c03);
    if (MB > 1u) {
        store(m + 4u, to.x, inside.x, c10); store(m + 4u, to.y, inside.y, c11);
        store(m + 4u, to.z, inside.z, c12); store(m + 4u, to.w, inside.w, c13);
    }
    if (MB > 2u) {
        store(m + 8u, to.x, inside.x, c20); store(m + 8u, to.y, inside.y, c21);
        store(m + 8u, to.z, inside.z, c22); store(m + 8u, to.w, inside.w, c23);
    }
    if (MB > 3u) {
        store(m + 12u, to.x, inside.x, c30); store(m + 12u, to.y, inside.y, c31);
        store(m + 12u, to.z, inside.z, c32); store(m + 12u, to.w, inside.w, c33);
    }
}
