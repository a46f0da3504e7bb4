//! use linear rows
//! loss = sum over k of q_k (ln sum exp(x - m) - (x_k - m)) by row, m the row's largest value and
//! q = (1 - smoothing) onehot(label) + smoothing / columns. `parts` keeps (m, ln sum exp(x - m)).
//! A label that is no class makes the loss NaN. Host: src/ops/cross_entropy/mod.rs.

struct Params {
    rows: u32,
    columns: u32,
    smoothing: f32,
    // The bits of a NaN: WGSL has no constant for it.
    nan: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2<f32>>;

@compute @workgroup_size(64)
fn cross_entropy(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let linear = linear_index(wg, groups, 64u, local);
    let row = row_of(linear);
    let lane = linear % LANES;
    let begin = row * p.columns;
    let end = select(0u, begin + p.columns, row < p.rows);
    var most = x[begin];
    for (var i = begin + lane; i < end; i += LANES) {
        most = larger(most, x[i]);
    }
    most = row_max(most, local);
    var exps = 0.0;
    var sum = 0.0;
    for (var i = begin + lane; i < end; i += LANES) {
        let d = x[i] - most;
        exps += exp(d);
        sum += d;
    }
    exps = row_sum(exps, local);
    sum = row_sum(sum, local);
    if (row < p.rows && lane == 0u) {
        let label = labels[row];
        let log_sum = log(exps);
        parts[row] = vec2<f32>(most, log_sum);
        if (label >= 0.0 && label < f32(p.columns)) {
            let hit = x[begin + u32(label)] - most;
            let mean = sum / f32(p.columns);
            loss[row] = log_sum - (1.0 - p.smoothing) * hit - p.smoothing * mean;
        } else {
            loss[row] = bitcast<f32>(p.nan);
        }
    }
}
