//! use linear rows
//! dx = scale * y * (dy - sum dy y) by row, for y = softmax(scale * x); with LOG and y = ln softmax(x)
//! dx = dy - exp(y) sum dy. Host: src/ops/softmax/mod.rs.

override LOG: bool = false;

struct Params {
    rows: u32,
    columns: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn softmax_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let linear = linear_index(wg, groups, 64u, local);
    let row = row_of(linear);
    let begin = row * p.columns;
    let first = begin + linear % LANES;
    let end = select(0u, begin + p.columns, row < p.rows);
    var sum = 0.0;
    for (var i = first; i < end; i += LANES) {
        if (LOG) {
            sum += dy[i];
        } else {
            sum += dy[i] * y[i];
        }
    }
    sum = row_sum(sum, local);
    for (var i = first; i < end; i += LANES) {
        if (LOG) {
            dx[i] = dy[i] - exp(y[i]) * sum;
        } else {
            dx[i] = p.scale * y[i] * (dy[i] - sum);
        }
    }
}
