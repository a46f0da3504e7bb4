//! use linear
//! y[o, k] = scale * sum of a (or with PRODUCT of a * b) over the reduced extents r0..r3, for each
//! place o of the kept extents e0..e3 (an extent is either kept or reduced, the other is 1), in
//! `lanes` parts k. Lanes share the innermost reduced extent where there is one, else the outer
//! ones. Strides of a and b are over the joint extents, 0 where an operand repeats.
//! Host: src/ops/arithmetic/sum.rs.

override PRODUCT: bool = false;

struct Params {
    // Kept places.
    outputs: u32,
    lanes: u32,
    scale: f32,
    e1: u32,
    e2: u32,
    e3: u32,
    // r0 * r1 * r2.
    outer: u32,
    r1: u32,
    r2: u32,
    r3: u32,
    a0: u32,
    a1: u32,
    a2: u32,
    a3: u32,
    b0: u32,
    b1: u32,
    b2: u32,
    b3: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn sum(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, 64u, local);
    if (id >= p.outputs * p.lanes) {
        return;
    }
    // Neighbours in a workgroup read neighbours in memory.
    let inner = p.r3 > 1u;
    let o = select(id % p.outputs, id / p.lanes, inner);
    let lane = select(id / p.outputs, id % p.lanes, inner);
    let o2 = o / p.e3;
    let o1 = o2 / p.e2;
    let at = vec4<u32>(o1 / p.e1, o1 % p.e1, o2 % p.e2, o % p.e3);
    let base_a = at.x * p.a0 + at.y * p.a1 + at.z * p.a2 + at.w * p.a3;
    let base_b = at.x * p.b0 + at.y * p.b1 + at.z * p.b2 + at.w * p.b3;
    let first = select(lane, 0u, inner);
    let step = select(p.lanes, 1u, inner);
    let first_inner = select(0u, lane, inner);
    let step_inner = select(1u, p.lanes, inner);
    var total = 0.0;
    for (var q = first; q < p.outer; q += step) {
        let q1 = q / p.r2;
        let r = vec3<u32>(q1 / p.r1, q1 % p.r1, q % p.r2);
        let j = base_a + r.x * p.a0 + r.y * p.a1 + r.z * p.a2;
        let k = base_b + r.x * p.b0 + r.y * p.b1 + r.z * p.b2;
        var s = 0.0;
        for (var i = first_inner; i < p.r3; i += step_inner) {
            if (PRODUCT) {
                s += a[j + i * p.a3] * b[k + i * p.b3];
            } else {
                s += a[j + i * p.a3];
            }
        }
        total += s;
    }
    y[o * p.lanes + lane] = p.scale * total;
}
