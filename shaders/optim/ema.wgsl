//! use linear
//! Exponential moving average e += (1 - decay) (w - e), four values an invocation: the difference
//! keeps its digits where decay is close to 1. Host: src/ops/optim/ema.rs.

struct Params {
    n4: u32,
    one_minus_decay: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> w: array<quad>;
@group(0) @binding(2) var<storage, read_write> e: array<quad>;

@compute @workgroup_size(64)
fn ema(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i < p.n4) {
        e[i] = store4(load4(e[i]) + p.one_minus_decay * (load4(w[i]) - load4(e[i])));
    }
}
