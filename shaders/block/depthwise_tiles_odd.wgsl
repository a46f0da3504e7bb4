//! use linear activation depthwise depthwise_tiles depthwise_tiles_forward
//! y = depthwise(act(norm(x))), each group of channels with its own kernel size, as
//! conv/depthwise.wgsl, with the moments of y: parts (n, mean, M2, 0) by channel and piece. For maps of any width.
//! For GPUs. Host: src/ops/bottleneck/tiles.rs.

struct Params {
    images: u32,  // N
    total: u32,   // channels
    count: u32,   // of a group
    sizes: u32,   // kernel sizes 3 + 2 s of the groups, two bits s each
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    width: u32,   // vec4s of a strip
    strips: u32,  // strips a row
    rows: u32,    // output rows a band
    bands: u32,   // bands a plane
    chunk: u32,   // images of a workgroup
    chunks: u32,
    parts: u32,   // pieces of a channel
    taps0: u32,   // where the kernels of each group begin
    taps1: u32,
    taps2: u32,
    taps3: u32,
    taps4: u32,
    taps5: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
// By channel (mean, 1/std, scale, shift).
@group(0) @binding(2) var<storage, read> norm: array<quad>;
@group(0) @binding(3) var<storage, read> taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<single>;
@group(0) @binding(5) var<storage, read_write> parts: array<quad>;

var<private> coefficients: vec4<f32>;

fn weight(i: u32) -> f32 {
    return taps[i];
}

fn fresh(i: u32, left: u32) -> vec4<f32> {
    return of_row(act4((x_four(i) - coefficients.x) * coefficients.z + coefficients.w), left);
}

fn store(i: u32, left: u32, value: vec4<f32>) {
    y_put(i, left, value);
}

fn store_moments(i: u32, part: vec4<f32>) {
    parts[i] = store4(part);
}

@compute @workgroup_size(LANES)
fn depthwise_tiles_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    coefficients = load4(norm[w % p.total]);
    forward_tile(w, local);
}
