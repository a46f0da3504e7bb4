//! use linear
//! dx = dloss / rows * (exp(x - m - ln sum exp(x - m)) - q) with q = (1 - smoothing) onehot(label)
//! + smoothing / columns. Host: src/ops/cross_entropy/mod.rs.

struct Params {
    rows: u32,
    columns: u32,
    smoothing: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read> parts: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> dloss: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn cross_entropy_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.rows * p.columns) {
        return;
    }
    let row = i / p.columns;
    let chance = exp(x[i] - parts[row].x - parts[row].y);
    let hit = f32(i % p.columns) == labels[row];
    let wanted = select(0.0, 1.0 - p.smoothing, hit) + p.smoothing / f32(p.columns);
    dx[i] = dloss[0] / f32(p.rows) * (chance - wanted);
}
