//! use linear
//! Gradient of the sigmoid focal loss: with u = x for the class of the label and -x for the others,
//! w = 1 - sigmoid(u): dloss/du = -weight w^gamma (gamma (1 - w) (-ln(1 - w)) + w), divided by the
//! average factor. Host: src/ops/focal_loss/mod.rs.

struct Params {
    n: u32,
    classes: u32,
    alpha: f32,
    gamma: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read> valid: array<f32>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> dloss: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn focal_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let anchor = i / p.classes;
    let hit = labels[anchor] == f32(i % p.classes);
    let side = select(-1.0, 1.0, hit);
    let u = side * x[i];
    let weight = select(1.0 - p.alpha, p.alpha, hit) * valid[anchor];
    let e = exp(-abs(u));
    let wrong = select(1.0, e, u >= 0.0) / (1.0 + e);
    let right = select(e, 1.0, u >= 0.0) / (1.0 + e);
    let surprise = log(1.0 + e) + select(-u, 0.0, u >= 0.0);
    let slope = pow(wrong, p.gamma) * (p.gamma * right * surprise + wrong);
    dx[i] = -side * weight * slope * dloss[0] / factor[0];
}
