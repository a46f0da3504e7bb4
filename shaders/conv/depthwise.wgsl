//! use linear depthwise row cut_rows texel_rows depthwise_apply depthwise_taps depthwise_forward
//! y[n, o + c, oy, ox] = bias[c] + sum over ky, kx of w[c, ky, kx]
//! x[n, o + c, oy * STRIDE + ky - K/2, ox * STRIDE + kx - K/2] for c < count, zero outside: a
//! depthwise convolution on a range of channels; with the kernel turned around and stride 1 its
//! gradient by x. For maps whose rows are whole vec4s, before and after.
//! Host: src/ops/mixed_depthwise/kernels.rs.

override WG: u32 = 8u;

struct Params {
    planes: u32,  // runs of images * count
    images: u32,  // N
    run: u32,     // images that an invocation takes in turn
    count: u32,   // channels of this kernel size
    total: u32,   // channels of x and y
    offset: u32,  // the first of ours
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    strips: u32,  // strips a row
    bands: u32,   // bands a plane
    rows: u32,    // output rows a band
    flip: u32,    // 1: turn the kernel around
    bias: u32,    // 1: there is one
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<quad>;

fn weight(i: u32) -> f32 {
    return w[i];
}

fn bias_of(c: u32) -> f32 {
    if (p.bias == 1u) {
        return bias[c];
    }
    return 0.0;
}

fn turned() -> u32 {
    return p.flip;
}

fn start(c: u32) {}

fn finish(c: u32, part: u32) {}

fn read_row(row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    return Row(
        x_quad(q), x_quad(q + 1u), x_quad(q + 2u),
        x_quad(q + 3u), x_quad(q + 4u), x_quad(q + 5u),
    );
}

fn store(row: u32, v: u32, width: u32, value: vec4<f32>) {
    if (v * 4u < width) {
        y[row / 4u + v] = store4(value);
    }
}

@compute @workgroup_size(WG)
fn depthwise(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    depthwise_strip(linear_index(wg, groups, WG, local));
}
