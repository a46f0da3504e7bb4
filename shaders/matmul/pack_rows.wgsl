//! use linear
//! to[k, m] = from[m, k], zero for m >= rows: as matmul/pack.wgsl with one group and one tap, for rows
//! of whole vec4s. An invocation turns four by four values, so that it finds its place once for
//! sixteen: drivers divide integers lane by lane. Host: src/ops/product/mod.rs.

struct Params {
    depth4: u32, // vec4s of a row of `from`
    rows: u32,
    pitch4: u32, // vec4s of a row of `to`: rows, rounded up
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> from_: array<quad>;
@group(0) @binding(2) var<storage, read_write> to: array<quad>;

fn row(m: u32, k4: u32) -> vec4<f32> {
    let known = m < p.rows;
    return select(vec4<f32>(), load4(from_[select(0u, m, known) * p.depth4 + k4]), known);
}

@compute @workgroup_size(64)
fn pack_rows(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    let k4 = i / p.pitch4;
    if (k4 >= p.depth4) {
        return;
    }
    let m4 = i - k4 * p.pitch4;
    let m = 4u * m4;
    let turned = transpose(mat4x4<f32>(row(m, k4), row(m + 1u, k4), row(m + 2u, k4), row(m + 3u, k4)));
    for (var k = 0u; k < 4u; k++) {
        to[(4u * k4 + k) * p.pitch4 + m4] = store4(turned[k]);
    }
}
