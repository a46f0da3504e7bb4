//! use linear rows
//! y = exp(x - m) / sum exp(x - m) by row, m the row's largest value; with LOG its logarithm
//! x - m - ln sum exp(x - m). Host: src/ops/softmax/mod.rs.

override LOG: bool = false;

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn softmax(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let linear = linear_index(wg, groups, 64u, local);
    let row = row_of(linear);
    let begin = row * p.columns;
    let first = begin + linear % LANES;
    let end = select(0u, begin + p.columns, row < p.rows);
    var most = x[begin];
    for (var i = first; i < end; i += LANES) {
        most = larger(most, x[i]);
    }
    most = row_max(most, local);
    var sum = 0.0;
    for (var i = first; i < end; i += LANES) {
        sum += exp(x[i] - most);
    }
    sum = row_sum(sum, local);
    for (var i = first; i < end; i += LANES) {
        if (LOG) {
            y[i] = x[i] - most - log(sum);
        } else {
            y[i] = exp(x[i] - most) / sum;
        }
    }
}
