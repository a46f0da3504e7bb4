//! use linear
//! y[o, r] = x[o, offset + r] for r < part, rows of x are `whole` long. With VEC all lengths are
//! multiples of four. Host: src/ops/narrow/mod.rs.

override VEC: bool = false;

struct Params {
    n4: u32,
    part: u32,
    whole: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<quad>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

fn source(i: u32) -> u32 {
    return i / p.part * p.whole + p.offset + i % p.part;
}

fn value(i: u32) -> f32 {
    let j = source(i);
    return load4(x[j / 4u])[j % 4u];
}

@compute @workgroup_size(64)
fn narrow(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n4) {
        return;
    }
    if (VEC) {
        y[i] = store4(load4(x[source(i * 4u) / 4u]));
    } else {
        let j = i * 4u;
        y[i] = store4(vec4<f32>(value(j), value(j + 1u), value(j + 2u), value(j + 3u)));
    }
}
