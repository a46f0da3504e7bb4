//! use linear
//! dx[o, offset + r] = dy[o, r] for r < part, 0 elsewhere; rows of dx are `whole` long. With VEC all
//! lengths are multiples of four. Host: src/ops/narrow/mod.rs.

override VEC: bool = false;

struct Params {
    n4: u32,
    part: u32,
    whole: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<quad>;
@group(0) @binding(2) var<storage, read_write> dx: array<quad>;

fn value(i: u32) -> f32 {
    let r = i % p.whole - p.offset;
    // Below the offset the difference wraps to a large number.
    if (r >= p.part) {
        return 0.0;
    }
    let j = i / p.whole * p.part + r;
    return load4(dy[j / 4u])[j % 4u];
}

@compute @workgroup_size(64)
fn narrow_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n4) {
        return;
    }
    let j = i * 4u;
    if (VEC) {
        let r = j % p.whole - p.offset;
        var g = vec4<f32>(0.0);
        if (r < p.part) {
            g = load4(dy[(j / p.whole * p.part + r) / 4u]);
        }
        dx[i] = store4(g);
    } else {
        dx[i] = store4(vec4<f32>(value(j), value(j + 1u), value(j + 2u), value(j + 3u)));
    }
}
