//! use linear
//! y[r, c] = x[floor(r h / oh), floor(c w / ow)] in each plane. Host: src/ops/upsample/mod.rs.

struct Params {
    // Values of y.
    n: u32,
    h: u32,
    w: u32,
    oh: u32,
    ow: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn upsample(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let plane = i / (p.ow * p.oh);
    let row = i / p.ow % p.oh * p.h / p.oh;
    let column = i % p.ow * p.w / p.ow;
    y[i] = x[(plane * p.h + row) * p.w + column];
}
