//! use linear
//! Sigmoid focal loss by element, for anchors [A] and classes [K]: with s = sigmoid(x) and label t,
//! alpha (1 - s)^gamma (-ln s) for the class of the label, (1 - alpha) s^gamma (-ln(1 - s)) for the
//! others, times the anchor's `valid`. The background is a label that is no class.
//! Host: src/ops/focal_loss/mod.rs.

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
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;

@compute @workgroup_size(64)
fn focal(
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
    // Both cases are one with the sign turned: u is large where the answer is right.
    let u = select(-x[i], x[i], hit);
    let weight = select(1.0 - p.alpha, p.alpha, hit) * valid[anchor];
    let e = exp(-abs(u));
    let wrong = select(1.0, e, u >= 0.0) / (1.0 + e);
    let surprise = log(1.0 + e) + select(-u, 0.0, u >= 0.0);
    loss[i] = weight * pow(wrong, p.gamma) * surprise;
}
