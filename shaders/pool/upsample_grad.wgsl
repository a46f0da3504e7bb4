//! use linear
//! dx = sum of dy over the places that were copied from this one: those from ceil(r oh / h) up to
//! ceil((r + 1) oh / h), alike for columns. Host: src/ops/upsample/mod.rs.

struct Params {
    // Values of x.
    n: u32,
    h: u32,
    w: u32,
    oh: u32,
    ow: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

fn first_copy(i: u32, inputs: u32, outputs: u32) -> u32 {
    return (i * outputs + inputs - 1u) / inputs;
}

@compute @workgroup_size(64)
fn upsample_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let plane = i / (p.w * p.h);
    let row = i / p.w % p.h;
    let column = i % p.w;
    var sum = 0.0;
    for (var r = first_copy(row, p.h, p.oh); r < first_copy(row + 1u, p.h, p.oh); r += 1u) {
        let from_column = first_copy(column, p.w, p.ow);
        for (var c = from_column; c < first_copy(column + 1u, p.w, p.ow); c += 1u) {
            sum += dy[(plane * p.oh + r) * p.ow + c];
        }
    }
    dx[i] = sum;
}
