//! use linear
//! Up to six tensors of `part` values one after the other: y[j * part + i] = x_j[i].
//! Host: src/ops/concat/equal.rs.

struct Params {
    n: u32,    // values of y
    part: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x0: array<f32>;
@group(0) @binding(2) var<storage, read> x1: array<f32>;
@group(0) @binding(3) var<storage, read> x2: array<f32>;
@group(0) @binding(4) var<storage, read> x3: array<f32>;
@group(0) @binding(5) var<storage, read> x4: array<f32>;
@group(0) @binding(6) var<storage, read> x5: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn concat_equal(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = linear_index(wg, groups, 64u, local);
    if (at >= p.n) {
        return;
    }
    let i = at % p.part;
    var value = 0.0;
    switch at / p.part {
        case 0u: { value = x0[i]; }
        case 1u: { value = x1[i]; }
        case 2u: { value = x2[i]; }
        case 3u: { value = x3[i]; }
        case 4u: { value = x4[i]; }
        default: { value = x5[i]; }
    }
    y[at] = value;
}
