//! use linear
//! One input of a concatenation: y[o, offset + r] = x[o, r] for r < part, rows of y are `whole`
//! long; all in vec4. Host: src/ops/concat/mod.rs.

struct Params {
    n: u32,
    part: u32,
    whole: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<quad>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn concat(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i < p.n) {
        y[i / p.part * p.whole + p.offset + i % p.part] = store4(load4(x[i]));
    }
}
