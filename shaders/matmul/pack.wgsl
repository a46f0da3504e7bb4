//! use linear
//! to[g, t, k, m] = from[g * step_g + t * step_t + k * step_k + m * step_m + start], zero for
//! m >= rows: brings a left factor into the order in which the products read it, rows fastest and
//! padded to whole vec4s, of which an invocation makes one. Host: src/ops/product/mod.rs.

struct Params {
    start: i32,
    step_g: i32,
    step_t: i32,
    step_k: i32,
    step_m: i32,
    taps: u32,
    depth: u32,
    rows: u32,
    pitch: u32, // rows rounded up to a multiple of 4
    len4: u32,  // vec4s of `to`
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> from_: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<quad>;

fn value(at: i32, m: u32) -> f32 {
    if (m >= p.rows) {
        return 0.0;
    }
    return from_[u32(at + i32(m) * p.step_m)];
}

@compute @workgroup_size(64)
fn pack(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.len4) {
        return;
    }
    let m = 4u * i % p.pitch;
    let k = (4u * i / p.pitch) % p.depth;
    let gt = 4u * i / (p.pitch * p.depth);
    let t = gt % p.taps;
    let g = gt / p.taps;
    let at = p.start + i32(g) * p.step_g + i32(t) * p.step_t + i32(k) * p.step_k;
    to[i] = store4(vec4<f32>(value(at, m), value(at, m + 1u), value(at, m + 2u), value(at, m + 3u)));
}
