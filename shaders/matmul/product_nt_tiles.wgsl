//! use linear activation
//! parts[s, m, c] = sum over the columns (n, p) of split s of a[n, m, p] b[n, c, p], or of
//! a[n, m, p] act(norm(b))[n, c, p]: the weight gradient of a pointwise convolution before its splits
//! are summed. A workgroup of 64 computes 32
//! by 32 sums through tiles of 32 columns in workgroup memory, an invocation 4 by 4. For GPUs.
//! Host: src/ops/product/nt.rs.

// 1: planes are not a multiple of 4 values, so that a vec4 may begin anywhere.
override ODD: u32 = 0u;
// 1: b is normed and activated as it is read.
override NORM: u32 = 0u;

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
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> a4: array<quad>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read> b4: array<quad>;
// By row of b (mean, 1/std, scale, shift).
@group(0) @binding(5) var<storage, read> norm: array<quad>;
@group(0) @binding(6) var<storage, read_write> parts: array<f32>;

// By row, then by step; a step more a row keeps the banks apart.
var<workgroup> at: array<vec4<f32>, 288>;
var<workgroup> bt: array<vec4<f32>, 288>;

fn load_a(i: u32, left: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return load4(a4[i / 4u]);
    }
    return inside(vec4<f32>(a[i], a[i + 1u], a[i + 2u], a[i + 3u]), left);
}

fn load_b(i: u32, left: u32, c: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return normed(load4(b4[i / 4u]), c);
    }
    return inside(normed(vec4<f32>(b[i], b[i + 1u], b[i + 2u], b[i + 3u]), c), left);
}

// The first `left` values, and zeros.
fn inside(v: vec4<f32>, left: u32) -> vec4<f32> {
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

// What stands for v, of row c of b.
fn normed(v: vec4<f32>, c: u32) -> vec4<f32> {
    if (NORM == 1u) {
        let n = load4(norm[c]);
        return act4((v - n.x) * n.z + n.w);
    }
    return v;
}

@compute @workgroup_size(64)
fn product_nt_tiles(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, 1u, 0u);
    let s = id % p.splits;
    let block = id / p.splits;
    let m0 = (block % p.blocks_m) * 32u;
    let c0 = (block / p.blocks_m) * 32u;
    let first = s * p.steps_a_split;
    let last = min(first + p.steps_a_split, p.steps);
    let step = local % 8u;
    let lane = local / 8u;
    // Rows 8 apart, so that neighbours read neighbouring rows of the tile.
    let i0 = local / 8u;
    let j0 = local % 8u;
    var acc = mat4x4<f32>();
    for (var t0 = first; t0 < last; t0 += 8u) {
        let t = t0 + step;
        let n = t / p.plane4;
        let q = t - n * p.plane4;
        let left = p.plane - q * 4u;
        for (var r = lane; r < 32u; r += 8u) {
            var av = vec4<f32>();
            var bv = vec4<f32>();
            if (t < last && m0 + r < p.rows) {
                av = load_a((n * p.rows + m0 + r) * p.plane + q * 4u, left);
            }
            if (t < last && c0 + r < p.cols) {
                bv = load_b((n * p.cols + c0 + r) * p.plane + q * 4u, left, c0 + r);
            }
            at[r * 9u + step] = av;
            bt[r * 9u + step] = bv;
        }
        workgroupBarrier();
        for (var k = 0u; k < 8u; k++) {
            let b0 = bt[j0 * 9u + k];
            let b1 = bt[(j0 + 8u) * 9u + k];
            let b2 = bt[(j0 + 16u) * 9u + k];
            let b3 = bt[(j0 + 24u) * 9u + k];
            for (var i = 0u; i < 4u; i++) {
                let av = at[(i0 + 8u * i) * 9u + k];
                acc[i] += vec4<f32>(dot(av, b0), dot(av, b1), dot(av, b2), dot(av, b3));
            }
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let m = m0 + i0 + 8u * i;
            let c = c0 + j0 + 8u * j;
            if (m < p.rows && c < p.cols) {
                parts[s * p.pitch + m * p.cols + c] = acc[i][j];
            }
        }
    }
}
