//! use linear
//! y[start_k + i] += x_k[i], i < n_k, for up to seven tensors: sums small gradients in one arena. The
//! invocations go over their vec4s one tensor after the other; tensor k ends before `end_k`.
//! What lies beyond a tensor stays, as in accumulate.wgsl. Host: src/ops/accumulate/many.rs.

struct Params {
    // In vec4s: where the tensors end among all, where their places in y begin.
    end0: u32,
    end1: u32,
    end2: u32,
    end3: u32,
    end4: u32,
    end5: u32,
    end6: u32,
    start0: u32,
    start1: u32,
    start2: u32,
    start3: u32,
    start4: u32,
    start5: u32,
    start6: u32,
    // Values.
    n0: u32,
    n1: u32,
    n2: u32,
    n3: u32,
    n4: u32,
    n5: u32,
    n6: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x0: array<quad>;
@group(0) @binding(2) var<storage, read> x1: array<quad>;
@group(0) @binding(3) var<storage, read> x2: array<quad>;
@group(0) @binding(4) var<storage, read> x3: array<quad>;
@group(0) @binding(5) var<storage, read> x4: array<quad>;
@group(0) @binding(6) var<storage, read> x5: array<quad>;
@group(0) @binding(7) var<storage, read> x6: array<quad>;
@group(0) @binding(8) var<storage, read_write> y: array<quad>;

// A tensor: its place among all and in y, and its values.
struct Part {
    k: u32,
    begin: u32,
    start: u32,
    n: u32,
}

fn part_of(i: u32) -> Part {
    if (i < p.end0) { return Part(0u, 0u, p.start0, p.n0); }
    if (i < p.end1) { return Part(1u, p.end0, p.start1, p.n1); }
    if (i < p.end2) { return Part(2u, p.end1, p.start2, p.n2); }
    if (i < p.end3) { return Part(3u, p.end2, p.start3, p.n3); }
    if (i < p.end4) { return Part(4u, p.end3, p.start4, p.n4); }
    if (i < p.end5) { return Part(5u, p.end4, p.start5, p.n5); }
    return Part(6u, p.end5, p.start6, p.n6);
}

@compute @workgroup_size(64)
fn accumulate_many(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.end6) {
        return;
    }
    let part = part_of(i);
    let j = i - part.begin;
    var x: vec4<f32>;
    switch part.k {
        case 0u: { x = load4(x0[j]); }
        case 1u: { x = load4(x1[j]); }
        case 2u: { x = load4(x2[j]); }
        case 3u: { x = load4(x3[j]); }
        case 4u: { x = load4(x4[j]); }
        case 5u: { x = load4(x5[j]); }
        default: { x = load4(x6[j]); }
    }
    let ours = vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(part.n - 4u * j);
    let at = part.start + j;
    let old = load4(y[at]);
    y[at] = store4(select(old, old + x, ours));
}
