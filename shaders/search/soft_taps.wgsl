//! use linear soft_layout
//! The taps of a soft block's candidates k3, k5, k7 as its kernels read them, row by row, zero beside
//! the smaller kernels. The last value of a row is 0, or NaN where a tap of it is not finite: that
//! spoils the whole channel, also where the tap meets nothing but zeros outside the map.
//! Host: src/ops/soft_depthwise/passes.rs.

struct Params {
    channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// By channel, k * k values each.
@group(0) @binding(1) var<storage, read> w3: array<f32>;
@group(0) @binding(2) var<storage, read> w5: array<f32>;
@group(0) @binding(3) var<storage, read> w7: array<f32>;
@group(0) @binding(4) var<storage, read_write> terms: array<quad>;

// Tap d = -3..3 of row `row` of all, and 0 where the kernel has none.
fn tap(channel: u32, row: u32, d: i32) -> f32 {
    if (row < 3u) {
        let known = abs(d) <= 1;
        return select(0.0, w3[channel * 9u + row * 3u + u32(select(0, d + 1, known))], known);
    }
    if (row < 8u) {
        let known = abs(d) <= 2;
        let ky = row - 3u;
        return select(0.0, w5[channel * 25u + ky * 5u + u32(select(0, d + 2, known))], known);
    }
    return w7[channel * 49u + (row - 8u) * 7u + u32(d + 3)];
}

fn not_finite(v: vec4<f32>) -> bool {
    return any((bitcast<vec4<u32>>(v) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u));
}

// NaN is made of bits that the compiler does not know, since it may not write one.
fn spoilt(l: vec4<f32>, r: vec4<f32>) -> f32 {
    return select(0.0, bitcast<f32>(bitcast<u32>(l.w) | 0x7fc00000u), not_finite(l) || not_finite(r));
}

@compute @workgroup_size(64)
fn soft_taps(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, 64u, local);
    if (id >= p.channels * ROWS) {
        return;
    }
    let channel = id / ROWS;
    let row = id % ROWS;
    let l = vec4<f32>(
        tap(channel, row, -3), tap(channel, row, -2), tap(channel, row, -1), tap(channel, row, 0),
    );
    let r = vec3<f32>(tap(channel, row, 1), tap(channel, row, 2), tap(channel, row, 3));
    let at = taps_at(row, channel);
    terms[at] = store4(l);
    terms[at + 1u] = store4(vec4<f32>(r, spoilt(l, vec4<f32>(r, 0.0))));
}
