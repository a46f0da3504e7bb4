//! use linear rows
//! found[row] = 1 where the row's largest value stands at its label (of equal ones the first), 0
//! elsewhere and where a NaN is in the way. Host: src/ops/count/mod.rs.

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> found: array<f32>;

@compute @workgroup_size(64)
fn hits(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let linear = linear_index(wg, groups, 64u, local);
    let row = row_of(linear);
    let begin = row * p.columns;
    let columns = select(0u, p.columns, row < p.rows);
    let label = labels[row];
    let known = label >= 0.0 && label < f32(p.columns);
    let at = u32(select(0.0, label, known));
    let value = x[begin + at];
    var kept = 0.0;
    for (var k = linear % LANES; k < columns; k += LANES) {
        let other = x[begin + k];
        kept += select(0.0, 1.0, value > other || (value == other && k >= at));
    }
    kept = row_sum(kept, local);
    if (row < p.rows && linear % LANES == 0u) {
        found[row] = select(0.0, 1.0, known && kept == f32(p.columns));
    }
}
