//! use linear activation depthwise row cut_rows texel_rows depthwise_apply depthwise_taps depthwise_forward moments
//! y = depthwise(act(norm(x))) on a range of channels, as conv/depthwise.wgsl, with the moments of y:
//! parts (n, mean, M2, 0) by channel of all and strip. For maps whose rows are whole vec4s, before and after.
//! Host: src/ops/bottleneck/ranges.rs.

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
    parts: u32,   // room for strips of a channel
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
// By channel (mean, 1/std, scale, shift).
@group(0) @binding(2) var<storage, read> norm: array<quad>;
@group(0) @binding(3) var<storage, read> taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<quad>;
@group(0) @binding(5) var<storage, read_write> parts: array<quad>;

var<private> coefficients: vec4<f32>;

fn weight(i: u32) -> f32 {
    return taps[i];
}

fn bias_of(c: u32) -> f32 {
    return 0.0;
}

fn turned() -> u32 {
    return 0u;
}

fn start(c: u32) {
    coefficients = load4(norm[p.offset + c]);
    moments_start();
}

fn finish(c: u32, part: u32) {
    parts[(p.offset + c) * p.parts + part] = store4(moments_part());
}

fn normed(v: vec4<f32>) -> vec4<f32> {
    return act4((v - coefficients.x) * coefficients.z + coefficients.w);
}

fn read_row(row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    return Row(
        normed(x_quad(q)), normed(x_quad(q + 1u)), normed(x_quad(q + 2u)),
        normed(x_quad(q + 3u)), normed(x_quad(q + 4u)), normed(x_quad(q + 5u)),
    );
}

fn store(row: u32, v: u32, width: u32, value: vec4<f32>) {
    if (v * 4u < width) {
        moments_add(value, 4u);
        y[row / 4u + v] = store4(value);
    }
}

@compute @workgroup_size(WG)
fn depthwise_normed(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    depthwise_strip(linear_index(wg, groups, WG, local));
}
