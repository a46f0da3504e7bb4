//! use linear rows
//! y = softmax((alpha + noise) / tau) by row over the entries that the mask admits (1), 0 at the
//! others (0). The mask has `mask_rows` rows and repeats; without MASKED all are admitted.
//! Host: src/ops/gumbel_softmax/mod.rs.

override MASKED: bool = false;

struct Params {
    rows: u32,
    columns: u32,
    mask_rows: u32,
    tau: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read> noise: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn admitted(row: u32, column: u32) -> bool {
    if (MASKED) {
        return mask[row % p.mask_rows * p.columns + column] != 0.0;
    }
    return true;
}

@compute @workgroup_size(64)
fn gumbel_softmax(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let linear = linear_index(wg, groups, 64u, local);
    let row = row_of(linear);
    let begin = row * p.columns;
    let columns = select(0u, p.columns, row < p.rows);
    let first = linear % LANES;
    var most = -3.4e38;
    for (var k = first; k < columns; k += LANES) {
        if (admitted(row, k)) {
            most = larger(most, (alpha[begin + k] + noise[begin + k]) / p.tau);
        }
    }
    most = row_max(most, local);
    var sum = 0.0;
    for (var k = first; k < columns; k += LANES) {
        if (admitted(row, k)) {
            sum += exp((alpha[begin + k] + noise[begin + k]) / p.tau - most);
        }
    }
    sum = row_sum(sum, local);
    for (var k = first; k < columns; k += LANES) {
        var chance = 0.0;
        if (admitted(row, k)) {
            chance = exp((alpha[begin + k] + noise[begin + k]) / p.tau - most) / sum;
        }
        y[begin + k] = chance;
    }
}
