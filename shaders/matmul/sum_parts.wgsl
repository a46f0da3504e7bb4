//! use linear
//! y[j, i] = sum over s = j * chunk .. (j + 1) * chunk of parts[s, i], in order of s: the end of
//! every split sum, perhaps in several rounds.
//! Host: src/ops/product/mod.rs.

struct Params {
    n4: u32,    // vec4s of a part
    parts: u32,
    chunk: u32, // parts that become one
    len4: u32,  // vec4s of y
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<texel>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn sum_parts(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.len4) {
        return;
    }
    var sum = vec4<f32>();
    let j = i / p.n4;
    let first = j * p.chunk;
    let last = min(first + p.chunk, p.parts);
    for (var s = first; s < last; s++) {
        sum += parts_quad(s * p.n4 + i - j * p.n4);
    }
    y[i] = store4(sum);
}
