//! use linear
//! dq = dcost * dw where q > 0.01, else 0; dq_skip = -dcost / 6 * (project + expand where S < 5/6),
//! S the mean of the six skip probabilities. A sub-block an invocation.
//! Host: src/ops/soft_cost/mod.rs.

struct Params {
    layers: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// By layer and sub-block: k3, k5, k7, skip.
@group(0) @binding(1) var<storage, read> q: array<quad>;
// By layer: k3, k5, k7.
@group(0) @binding(2) var<storage, read> depthwise: array<f32>;
// By layer: expansion, projection.
@group(0) @binding(3) var<storage, read> pointwise: array<f32>;
@group(0) @binding(4) var<storage, read> dcost: array<f32>;
@group(0) @binding(5) var<storage, read_write> dq: array<quad>;

@compute @workgroup_size(64)
fn soft_cost_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= 6u * p.layers) {
        return;
    }
    let l = i / 6u;
    var skipped = 0.0;
    for (var b = 6u * l; b < 6u * l + 6u; b += 1u) {
        skipped += load4(q[b]).w;
    }
    let dw = vec3<f32>(depthwise[3u * l], depthwise[3u * l + 1u], depthwise[3u * l + 2u]);
    let by_choice = select(dw, vec3<f32>(0.0), load4(q[i]).xyz <= vec3<f32>(0.01));
    let expand = select(pointwise[2u * l], 0.0, skipped >= 5.0 - 1e-4);
    dq[i] = store4(dcost[0] * vec4<f32>(by_choice, -(pointwise[2u * l + 1u] + expand) / 6.0));
}
