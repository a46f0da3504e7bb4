//! use linear
//! One step of SGD over a flat arena, four values an invocation:
//!   d = scale g + weight_decay mask w;  v = momentum v + d;
//!   w -= lr v, or lr (d + momentum v) with Nesterov.
//! Without MOMENTUM v is not touched; without MASKED or SCALED mask or scale count as 1.
//! Host: src/ops/optim/sgd.rs.

override MOMENTUM: bool = false;
override NESTEROV: bool = false;
override MASKED: bool = false;
override SCALED: bool = false;

struct Params {
    n4: u32,
    lr: f32,
    momentum: f32,
    weight_decay: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<quad>;
@group(0) @binding(2) var<storage, read> g: array<quad>;
@group(0) @binding(3) var<storage, read> mask: array<quad>;
@group(0) @binding(4) var<storage, read> clip: array<f32>;
@group(0) @binding(5) var<storage, read_write> v: array<quad>;

@compute @workgroup_size(64)
fn sgd(
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
    let old = load4(w[i]);
    var decay = p.weight_decay * old;
    if (MASKED) {
        decay *= load4(mask[i]);
    }
    d += decay;
    if (MOMENTUM) {
        let velocity = p.momentum * load4(v[i]) + d;
        v[i] = store4(velocity);
        if (NESTEROV) {
            d += p.momentum * velocity;
        } else {
            d = velocity;
        }
    }
    w[i] = store4(old - p.lr * d);
}
