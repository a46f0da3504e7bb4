//! use linear depthwise row cut_rows texel_rows depthwise_apply depthwise_taps depthwise_threes three_rows depthwise_spread
//! dx[n, o + c, iy, ix] = sum over ky, kx of w[c, ky, kx] dy[n, o + c, oy, ox] with
//! iy = 2 oy + ky - K/2 and ix = 2 ox + kx - K/2, for c < count: the gradient by x of a depthwise
//! convolution of stride 2. For maps of any width.
//! Host: src/ops/mixed_depthwise/kernels.rs.
//! in pairs: depthwise_up_even

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
    strips: u32,  // vec4s of a row of dy
    bands: u32,   // bands a plane
    rows: u32,    // pairs of rows of dx a band
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<rows>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<single>;

fn weight(i: u32) -> f32 {
    return w[i];
}

fn read_row(row: u32, v: i32, w: u32) -> Row {
    return dy_row(row, v, w);
}

fn store(row: u32, v: u32, width: u32, value: vec4<f32>) {
    if (v * 4u < width) {
        dx_put(row + v * 4u, width - v * 4u, value);
    }
}

@compute @workgroup_size(WG)
fn depthwise_up_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    depthwise_spread(linear_index(wg, groups, WG, local));
}
