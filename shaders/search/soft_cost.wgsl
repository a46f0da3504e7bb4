//! cost = fixed + sum over layers of [sum of q dw over the sub-blocks' candidates with q > 0.01
//! + (1 - S) expand where S < 5/6, + (1 - S) project], S the mean of the six skip probabilities.
//! One workgroup; a layer an invocation. Host: src/ops/soft_cost/mod.rs.

struct Params {
    layers: u32,
    fixed_cost: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
// By layer and sub-block: k3, k5, k7, skip.
@group(0) @binding(1) var<storage, read> q: array<quad>;
// By layer: k3, k5, k7.
@group(0) @binding(2) var<storage, read> depthwise: array<f32>;
// By layer: expansion, projection.
@group(0) @binding(3) var<storage, read> pointwise: array<f32>;
@group(0) @binding(4) var<storage, read_write> cost: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn soft_cost(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var l = local; l < p.layers; l += 64u) {
        let dw = vec3<f32>(depthwise[3u * l], depthwise[3u * l + 1u], depthwise[3u * l + 2u]);
        var skipped = 0.0;
        var layer = vec3<f32>(0.0);
        for (var b = 0u; b < 6u; b += 1u) {
            let chances = load4(q[6u * l + b]);
            layer += select(chances.xyz * dw, vec3<f32>(0.0), chances.xyz <= vec3<f32>(0.01));
            skipped += chances.w;
        }
        let share = 1.0 - skipped / 6.0;
        // In single precision five sixths may fall a little short.
        let expand = select(share * pointwise[2u * l], 0.0, skipped >= 5.0 - 1e-4);
        sum += layer.x + layer.y + layer.z + expand + share * pointwise[2u * l + 1u];
    }
    sums[local] = sum;
    workgroupBarrier();
    if (local == 0u) {
        var all = p.fixed_cost;
        for (var k = 0u; k < min(p.layers, 64u); k += 1u) {
            all += sums[k];
        }
        cost[0] = all;
    }
}
