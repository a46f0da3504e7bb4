//! use linear
//! y[r, c] += x[r, c] in the first columns of y, whose rows are longer than those of x; whole vec4s.
//! Host: src/ops/accumulate/mod.rs.

struct Params {
    n4: u32,     // vec4s of x
    row4: u32,   // those of a row
    pitch4: u32, // and of a row of y
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn accumulate_columns(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i < p.n4) {
        let at = i / p.row4 * p.pitch4 + i % p.row4;
        y[at] = store4(load4(y[at]) + x_quad(i));
    }
}
