//! use linear
//! One step of Adam over a flat arena, four values an invocation:
//!   d = scale g + weight_decay mask w (L2), or w *= 1 - lr weight_decay mask first (DECOUPLED, AdamW);
//!   m += (1 - beta1) (d - m);  v = beta2 v + (1 - beta2) d^2;
//!   w -= step_size m / (sqrt(v) inv_sqrt_correction + eps)
//! with step_size = lr / (1 - beta1^t) and inv_sqrt_correction = 1 / sqrt(1 - beta2^t) from the host.
//! Without MASKED or SCALED mask or scale count as 1. Host: src/ops/optim/adam.rs.

override DECOUPLED: bool = false;
override MASKED: bool = false;
override SCALED: bool = false;

struct Params {
    n4: u32,
    one_minus_beta1: f32,
    beta2: f32,
    one_minus_beta2: f32,
    eps: f32,
    step_size: f32,
    inv_sqrt_correction: f32,
    decay: f32, // weight_decay, or lr weight_decay where decoupled
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<quad>;
@group(0) @binding(2) var<storage, read> g: array<quad>;
@group(0) @binding(3) var<storage, read> mask: array<quad>;
@group(0) @binding(4) var<storage, read> clip: array<f32>;
@group(0) @binding(5) var<storage, read_write> m: array<quad>;
@group(0) @binding(6) var<storage, read_write> v: array<quad>;

@compute @workgroup_size(64)
fn adam(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n4) {
        return;
    }
    var weight = load4(w[i]);
    var d = load4(g[i]);
    if (SCALED) {
        d *= clip[1];
    }
    var decay = p.decay * weight;
    if (MASKED) {
        decay *= load4(mask[i]);
    }
    if (DECOUPLED) {
        weight -= decay;
    } else {
        d += decay;
    }
    let first = load4(m[i]) + p.one_minus_beta1 * (d - load4(m[i]));
    let second = p.beta2 * load4(v[i]) + p.one_minus_beta2 * d * d;
    m[i] = store4(first);
    v[i] = store4(second);
    w[i] = store4(weight - p.step_size * first / (sqrt(second) * p.inv_sqrt_correction + p.eps));
}
