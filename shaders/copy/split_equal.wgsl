//! use linear
//! Up to six tensors of `part` values that lie one after the other in x: y_j[i] = x[j * part + i].
//! Host: src/ops/concat/equal.rs.

struct Params {
    n: u32,    // values of x
    part: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y0: array<f32>;
@group(0) @binding(3) var<storage, read_write> y1: array<f32>;
@group(0) @binding(4) var<storage, read_write> y2: array<f32>;
@group(0) @binding(5) var<storage, read_write> y3: array<f32>;
@group(0) @binding(6) var<storage, read_write> y4: array<f32>;
@group(0) @binding(7) var<storage, read_write> y5: array<f32>;

@compute @workgroup_size(64)
fn split_equal(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = linear_index(wg, groups, 64u, local);
    if (at >= p.n) {
        return;
    }
    let i = at % p.part;
    let value = x[at];
    switch at / p.part {
        case 0u: { y0[i] = value; }
        case 1u: { y1[i] = value; }
        case 2u: { y2[i] = value; }
        case 3u: { y3[i] = value; }
        case 4u: { y4[i] = value; }
        default: { y5[i] = value; }
    }
}
