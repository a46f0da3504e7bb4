//! use linear
//! One step of RMSprop over a flat arena, four values an invocation:
//!   d = scale g + weight_decay mask w;  s = alpha s + (1 - alpha) d^2;
//!   r = s, or s - a^2 with a = alpha a + (1 - alpha) d where CENTRED;
//!   torch's form: q = d / (sqrt(r) + eps), TensorFlow's (TF): q = d / sqrt(r + eps);
//!   w -= lr q, or with MOMENTUM b = momentum b + q, w -= lr b; TF takes lr into b at once:
//!   b = momentum b + lr q, w -= b.
//! Without MASKED or SCALED mask or scale count as 1. Host: src/ops/optim/rmsprop.rs.

override CENTRED: bool = false;
override MOMENTUM: bool = false;
override TF: bool = false;
override MASKED: bool = false;
override SCALED: bool = false;

struct Params {
    n4: u32,
    lr: f32,
    alpha: f32,
    one_minus_alpha: f32,
    eps: f32,
    momentum: f32,
    weight_decay: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<quad>;
@group(0) @binding(2) var<storage, read> g: array<quad>;
@group(0) @binding(3) var<storage, read> mask: array<quad>;
@group(0) @binding(4) var<storage, read> clip: array<f32>;
@group(0) @binding(5) var<storage, read_write> s: array<quad>;
@group(0) @binding(6) var<storage, read_write> a: array<quad>;
@group(0) @binding(7) var<storage, read_write> b: array<quad>;

@compute @workgroup_size(64)
fn rmsprop(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n4) {
        return;
    }
    var d = load4(g[i]);
    if (SCALED) {
        d *= clip[1];
    }
    var decay = p.weight_decay * load4(w[i]);
    if (MASKED) {
        decay *= load4(mask[i]);
    }
    d += decay;
    var r = p.alpha * load4(s[i]) + p.one_minus_alpha * d * d;
    s[i] = store4(r);
    if (CENTRED) {
        let mean = p.alpha * load4(a[i]) + p.one_minus_alpha * d;
        a[i] = store4(mean);
        r -= mean * mean;
        // A variance; rounding may leave it just below zero.
        r = select(r, vec4<f32>(0.0), r < vec4<f32>(0.0));
    }
    var q: vec4<f32>;
    if (TF) {
        q = d / sqrt(r + p.eps);
    } else {
        q = d / (sqrt(r) + p.eps);
    }
    if (MOMENTUM && TF) {
        q = p.momentum * load4(b[i]) + p.lr * q;
        b[i] = store4(q);
        w[i] = store4(load4(w[i]) - q);
    } else if (MOMENTUM) {
        q = p.momentum * load4(b[i]) + q;
        b[i] = store4(q);
        w[i] = store4(load4(w[i]) - p.lr * q);
    } else {
        w[i] = store4(load4(w[i]) - p.lr * q);
    }
}
