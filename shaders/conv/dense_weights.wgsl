//! use linear
//! parts[s, o, c, ky, kx] = sum over the places (n, oy, ox) of split s of
//! dy[n, o, oy, ox] x[n, c, oy * stride + ky - pad, ox * stride + kx - pad]: the weight gradient of
//! a convolution of any form before its splits are summed, one sum an invocation; the forms that
//! matter have kernels of their own. Host: src/ops/conv2d/weights.rs.

struct Params {
    depth: u32,   // input channels a group
    rows: u32,    // output channels a group
    groups: u32,
    kh: u32,
    kw: u32,
    stride: u32,
    pad: i32,
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    places: u32,  // N * ho * wo
    places_a_split: u32,
    splits: u32,
    len: u32,     // values of the gradient
    pitch: u32,   // values of a part
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn dense_weights(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, 64u, local);
    let s = id / p.len;
    let i = id % p.len;
    if (s >= p.splits) {
        return;
    }
    let taps = p.kh * p.kw;
    let o = i / (p.depth * taps);
    let c = (o / p.rows) * p.depth + (i / taps) % p.depth;
    let ky = i32((i / p.kw) % p.kh) - p.pad;
    let kx = i32(i % p.kw) - p.pad;
    let first = s * p.places_a_split;
    let last = min(first + p.places_a_split, p.places);
    let plane = p.ho * p.wo;
    var n = first / plane;
    var oy = (first - n * plane) / p.wo;
    var ox = first - n * plane - oy * p.wo;
    var sum = 0.0;
    for (var j = first; j < last; j++) {
        let iy = i32(oy * p.stride) + ky;
        let ix = i32(ox * p.stride) + kx;
        if (iy >= 0 && ix >= 0 && iy < i32(p.h) && ix < i32(p.w)) {
            let g = dy[((n * p.groups * p.rows + o) * p.ho + oy) * p.wo + ox];
            sum += g * x[((n * p.groups * p.depth + c) * p.h + u32(iy)) * p.w + u32(ix)];
        }
        ox++;
        if (ox == p.wo) {
            ox = 0u;
            oy++;
            if (oy == p.ho) {
                oy = 0u;
                n++;
            }
        }
    }
    parts[s * p.pitch + i] = sum;
}
