//! total += sum of x, by one workgroup. Host: src/ops/count/mod.rs.

struct Params {
    n: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn add_total(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var i = local; i < p.n; i += 64u) {
        sum += x[i];
    }
    sums[local] = sum;
    workgroupBarrier();
    if (local == 0u) {
        var all = 0.0;
        for (var k = 0u; k < 64u; k += 1u) {
            all += sums[k];
        }
        total[0] += all;
    }
}
