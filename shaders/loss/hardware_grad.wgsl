//! use linear
//! dcost = 2 lambda w d dloss with d = cost - target; w = over where d > dead_zone, 1 where
//! d < -dead_zone, else 0. Host: src/ops/hardware_loss/mod.rs.

struct Params {
    n: u32,
    // Targets: n, or 1 for all.
    targets: u32,
    lambda: f32,
    over: f32,
    dead_zone: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> cost: array<f32>;
@group(0) @binding(2) var<storage, read> wanted: array<f32>;
@group(0) @binding(3) var<storage, read> dloss: array<f32>;
@group(0) @binding(4) var<storage, read_write> dcost: array<f32>;

@compute @workgroup_size(64)
fn hardware_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i < p.n) {
        let d = cost[i] - wanted[i % p.targets];
        let under = select(0.0, 1.0, d < -p.dead_zone);
        dcost[i] = 2.0 * p.lambda * select(under, p.over, d > p.dead_zone) * d * dloss[i];
    }
}
