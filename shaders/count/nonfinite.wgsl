//! use linear
//! Numbers of values that are NaN or infinite, by their bits, in the shares of `lanes` invocations.
//! Host: src/ops/count/mod.rs.

struct Params {
    n: u32,
    lanes: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> found: array<f32>;

@compute @workgroup_size(64)
fn nonfinite(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let lane = linear_index(wg, groups, 64u, local);
    if (lane >= p.lanes) {
        return;
    }
    var count = 0.0;
    for (var i = lane; i < p.n; i += p.lanes) {
        count += select(0.0, 1.0, (x[i] & 0x7f800000u) == 0x7f800000u);
    }
    found[lane] = count;
}
