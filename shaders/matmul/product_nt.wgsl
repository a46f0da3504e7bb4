//! use linear
//! parts[s, m, c] = sum over the columns (n, p) of split s of a[n, m, p] b[n, c, p]: the weight
//! gradient of a pointwise convolution before its splits are summed. An invocation holds 8 by 8
//! sums in registers and takes four columns a step. For software drivers.
//! Host: src/ops/product/nt.rs.

// 1: planes are not a multiple of 4 values, so that a vec4 may begin anywhere.
override ODD: u32 = 0u;

struct Params {
    rows: u32,    // M
    cols: u32,    // C
    plane: u32,   // values of a plane
    plane4: u32,  // its vec4s, the last perhaps not full
    steps: u32,   // vec4s over all planes
    steps_a_split: u32,
    splits: u32,
    blocks_m: u32,
    blocks_c: u32,
    pitch: u32,   // values of a part
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<texel>;
@group(0) @binding(2) var<storage, read> a4: array<texel>;
@group(0) @binding(3) var<storage, read> b: array<texel>;
@group(0) @binding(4) var<storage, read> b4: array<texel>;
@group(0) @binding(5) var<storage, read_write> parts: array<f32>;

fn load_a(i: u32, left: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return a4_quad(i / 4u);
    }
    let v = a_four(i);
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

fn load_b(i: u32, left: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return b4_quad(i / 4u);
    }
    let v = b_four(i);
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

@compute @workgroup_size(8)
fn product_nt(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    // Splits lie in the lanes.
    let id = linear_index(wg, groups, 8u, local);
    let s = id % p.splits;
    let block = id / p.splits;
    let m0 = (block % p.blocks_m) * 8u;
    let c0 = (block / p.blocks_m) * 8u;
    if (block >= p.blocks_m * p.blocks_c) {
        return;
    }
    let first = s * p.steps_a_split;
    let last = min(first + p.steps_a_split, p.steps);
    // Rows beyond the last are read from the last: they are not stored.
    var am: array<u32, 8>;
    var bc: array<u32, 8>;
    for (var i = 0u; i < 8u; i++) {
        am[i] = min(m0 + i, p.rows - 1u) * p.plane;
        bc[i] = min(c0 + i, p.cols - 1u) * p.plane;
    }
    var n = first / p.plane4;
    var q = first - n * p.plane4;
    var acc: array<array<f32, 8>, 8>;
    for (var t = first; t < last; t++) {
        let at_a = n * (p.rows * p.plane) + q * 4u;
        let at_b = n * (p.cols * p.plane) + q * 4u;
        let left = p.plane - q * 4u;
        var bv: array<vec4<f32>, 8>;
        for (var j = 0u; j < 8u; j++) {
            bv[j] = load_b(at_b + bc[j], left);
        }
        for (var i = 0u; i < 8u; i++) {
            let av = load_a(at_a + am[i], left);
            for (var j = 0u; j < 8u; j++) {
                acc[i][j] += dot(av, bv[j]);
            }
        }
        q++;
        if (q == p.plane4) {
            q = 0u;
            n++;
        }
    }
    for (var i = 0u; i < 8u; i++) {
        for (var j = 0u; j < 8u; j++) {
            if (m0 + i < p.rows && c0 + j < p.cols) {
                parts[s * p.pitch + (m0 + i) * p.cols + c0 + j] = acc[i][j];
            }
        }
    }
}
