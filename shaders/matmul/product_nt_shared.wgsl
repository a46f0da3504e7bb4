//! use linear activation
//! parts[s, m, c] = sum over the columns (n, p) of split s of a[n, m, p] b[n, c, p]: the weight
//! gradient of a pointwise convolution before its splits are summed. An invocation holds 32 rows m
//! by 2 columns c; the eight invocations of a subgroup have the same rows: each loads four of them
//! and broadcasts. Four columns (n, p) a step, two steps a round. For software drivers with subgroups of eight.
//! One of the factors may be act(norm(.)) of what is given. Host: src/ops/product/nt.rs.

// 1: planes are not a multiple of 4 values, so that a vec4 may begin anywhere.
override ODD: u32 = 0u;
// 1: a is normed by its rows, 2: b is, with (mean, 1/std, scale, shift) by row.
override NORM: u32 = 0u;

struct Params {
    rows: u32,    // M
    cols: u32,    // C
    plane: u32,   // values of a plane
    plane4: u32,  // its vec4s, the last perhaps not full
    steps: u32,   // vec4s over all planes
    steps_a_split: u32,
    splits: u32,
    blocks_m: u32,
    blocks_c: u32,
    pitch: u32,   // values of a part
    step_m: u32,  // distance of rows in a part, in values
    step_c: u32,  // distance of columns
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<texel>;
@group(0) @binding(2) var<storage, read> a4: array<texel>;
@group(0) @binding(3) var<storage, read> b: array<texel>;
@group(0) @binding(4) var<storage, read> b4: array<texel>;
@group(0) @binding(5) var<storage, read> norm: array<quad>;
@group(0) @binding(6) var<storage, read_write> parts: array<f32>;

fn load_a(i: u32, left: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return a4_quad(i / 4u);
    }
    let v = a_four(i);
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

fn load_b(i: u32, left: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return b4_quad(i / 4u);
    }
    let v = b_four(i);
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

fn normed(n: vec4<f32>, v: vec4<f32>, left: u32) -> vec4<f32> {
    let r = act4((v - n.x) * n.z + n.w);
    if (ODD == 0u) {
        return r;
    }
    return select(vec4<f32>(), r, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

fn a_of(n: vec4<f32>, at: u32, left: u32) -> vec4<f32> {
    let v = load_a(at, left);
    if (NORM == 1u) {
        return normed(n, v, left);
    }
    return v;
}

fn b_of(n: vec4<f32>, at: u32, left: u32) -> vec4<f32> {
    let v = load_b(at, left);
    if (NORM == 2u) {
        return normed(n, v, left);
    }
    return v;
}

fn low(v: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(
        subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u),
        subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),
    );
}

fn high(v: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(
        subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u),
        subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),
    );
}

fn store(first: u32, m: u32, c: u32, v: vec4<f32>) {
    let rows = p.rows;
    let cols = p.cols;
    let step_m = p.step_m;
    let at = first + c * p.step_c;
    for (var i = 0u; i < 4u; i++) {
        if (m + i < rows && c < cols) {
            parts[at + (m + i) * step_m] = v[i];
        }
    }
}

@compute @workgroup_size(8)
fn product_nt_shared(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    let id = linear_index(wg, groups, 1u, 0u);
    let s = id % p.splits;
    let block = id / p.splits;
    let m0 = (block % p.blocks_m) * 32u;
    let c0 = (block / p.blocks_m) * 16u + lane;
    let first = s * p.steps_a_split;
    let last = min(first + p.steps_a_split, p.steps);
    // Rows beyond the last are read from the last: they are not stored.
    let rows = min(m0 + lane + vec4<u32>(0u, 8u, 16u, 24u), vec4<u32>(p.rows - 1u)) * p.plane;
    let cols = min(vec2<u32>(c0, c0 + 8u), vec2<u32>(p.cols - 1u)) * p.plane;
    var n0: vec4<f32>; var n1: vec4<f32>; var n2: vec4<f32>; var n3: vec4<f32>;
    if (NORM == 1u) {
        let row = min(m0 + lane + vec4<u32>(0u, 8u, 16u, 24u), vec4<u32>(p.rows - 1u));
        n0 = load4(norm[row.x]);
        n1 = load4(norm[row.y]);
        n2 = load4(norm[row.z]);
        n3 = load4(norm[row.w]);
    }
    if (NORM == 2u) {
        n0 = load4(norm[min(c0, p.cols - 1u)]);
        n1 = load4(norm[min(c0 + 8u, p.cols - 1u)]);
    }
    let n = first / p.plane4;
    var q = first - n * p.plane4;
    var l0: vec4<f32>; var l1: vec4<f32>; var l2: vec4<f32>; var l3: vec4<f32>;
    var l4: vec4<f32>; var l5: vec4<f32>; var l6: vec4<f32>; var l7: vec4<f32>;
    var r0: vec4<f32>; var r1: vec4<f32>; var r2: vec4<f32>; var r3: vec4<f32>;
    var r4: vec4<f32>; var r5: vec4<f32>; var r6: vec4<f32>; var r7: vec4<f32>;
    // As in product_shared.wgsl: copies of Params, two steps a round, the end tested after it.
    let plane = p.plane;
    let plane4 = p.plane4;
    let next_a = p.rows * plane;
    let next_b = p.cols * plane;
    var from_a = n * next_a;
    var from_b = n * next_b;
    var t = first;
    loop {
        let at_a = rows + (from_a + q * 4u);
        let at_b = cols + (from_b + q * 4u);
        let left = plane - q * 4u;
        // The step after the last counts nothing: b is zero there.
        let more = t + 1u < last;
        let same = q + 1u < plane4;
        from_a += select(next_a, 0u, same);
        from_b += select(next_b, 0u, same);
        q = select(0u, q + 1u, same);
        let then_a = select(at_a, rows + (from_a + q * 4u), more);
        let then_b = select(at_b, cols + (from_b + q * 4u), more);
        let then_left = select(left, plane - q * 4u, more);
        let l = b_of(n0, at_b.x, left);
        let ll = select(vec4<f32>(), b_of(n0, then_b.x, then_left), more);
        let r = b_of(n1, at_b.y, left);
        let rr = select(vec4<f32>(), b_of(n1, then_b.y, then_left), more);
        let a0 = a_of(n0, at_a.x, left);
        let b0 = a_of(n0, then_a.x, then_left);
        let a1 = a_of(n1, at_a.y, left);
        let b1 = a_of(n1, then_a.y, then_left);
        let a2 = a_of(n2, at_a.z, left);
        let b2 = a_of(n2, then_a.z, then_left);
        let a3 = a_of(n3, at_a.w, left);
        let b3 = a_of(n3, then_a.w, then_left);
        let m0 = low(a0); let u0 = low(b0);
        l0 += l * m0 + ll * u0;
        r0 += r * m0 + rr * u0;
        let m1 = high(a0); let u1 = high(b0);
        l1 += l * m1 + ll * u1;
        r1 += r * m1 + rr * u1;
        let m2 = low(a1); let u2 = low(b1);
        l2 += l * m2 + ll * u2;
        r2 += r * m2 + rr * u2;
        let m3 = high(a1); let u3 = high(b1);
        l3 += l * m3 + ll * u3;
        r3 += r * m3 + rr * u3;
        let m4 = low(a2); let u4 = low(b2);
        l4 += l * m4 + ll * u4;
        r4 += r * m4 + rr * u4;
        let m5 = high(a2); let u5 = high(b2);
        l5 += l * m5 + ll * u5;
        r5 += r * m5 + rr * u5;
        let m6 = low(a3); let u6 = low(b3);
        l6 += l * m6 + ll * u6;
        r6 += r * m6 + rr * u6;
        let m7 = high(a3); let u7 = high(b3);
        l7 += l * m7 + ll * u7;
        r7 += r * m7 + rr * u7;
        // On to the step after these two.
        let whole = q + 1u < plane4;
        from_a += select(next_a, 0u, whole);
        from_b += select(next_b, 0u, whole);
        q = select(0u, q + 1u, whole);
        continuing {
            t += 2u;
            break if t >= last;
        }
    }
    let to = s * p.pitch;
    store(to, m0, c0, l0); store(to, m0, c0 + 8u, r0);
    store(to, m0 + 4u, c0, l1); store(to, m0 + 4u, c0 + 8u, r1);
    store(to, m0 + 8u, c0, l2); store(to, m0 + 8u, c0 + 8u, r2);
    store(to, m0 + 12u, c0, l3); store(to, m0 + 12u, c0 + 8u, r3);
    store(to, m0 + 16u, c0, l4); store(to, m0 + 16u, c0 + 8u, r4);
    store(to, m0 + 20u, c0, l5); store(to, m0 + 20u, c0 + 8u, r5);
    store(to, m0 + 24u, c0, l6); store(to, m0 + 24u, c0 + 8u, r6);
    store(to, m0 + 28u, c0, l7); store(to, m0 + 28u, c0 + 8u, r7);
}
