//! row = min(round_half_even(sum over b of p[b, skip]), rows - 1); the four outputs are that row of
//! table [rows, 4, c]: the shadow batch norm of a soft block. Host: src/ops/select_row/mod.rs.

struct Params {
    rows: u32,
    c: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> probabilities: array<quad>;
@group(0) @binding(3) var<storage, read_write> gamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> variance: array<f32>;

@compute @workgroup_size(64)
fn select_row(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if (i >= p.c) {
        return;
    }
    var skipped = 0.0;
    for (var b = 0u; b < 6u; b++) {
        skipped += load4(probabilities[b]).w;
    }
    let row = min(u32(round(skipped)), p.rows - 1u);
    let at = row * 4u * p.c + i;
    gamma[i] = table[at];
    beta[i] = table[at + p.c];
    mean[i] = table[at + 2u * p.c];
    variance[i] = table[at + 3u * p.c];
}
