//! use linear activation depthwise depthwise_threes depthwise_tiles depthwise_back depthwise_back_whole depthwise_tiles_back
//! The way back through act(norm(depthwise(act(norm(z))))), each group of channels with its own
//! kernel size, to the gradient g by norm(z), with parts of the gradients by the kernels and of the
//! sums of g and g * (z - mean) / std. For maps whose rows are whole vec4s, before and after. For GPUs. Host: src/ops/bottleneck/tiles.rs.

struct Params {
    images: u32,  // N
    total: u32,   // channels
    count: u32,   // of a group
    sizes: u32,   // kernel sizes 3 + 2 s of the groups, two bits s each
    h: u32,       // of z
    w: u32,
    ho: u32,      // of zo
    wo: u32,
    width: u32,   // vec4s of zo a strip
    strips: u32,  // strips a row
    rows: u32,    // pairs of rows of z a band
    bands: u32,   // bands a plane
    chunk: u32,   // images of a workgroup
    chunks: u32,
    pitch: u32,   // values of a part
    shift_at: u32, // where the gradients by shift begin in it
    scale_at: u32, // and those by scale
    taps0: u32,   // where the kernels of each group begin
    taps1: u32,
    taps2: u32,
    taps3: u32,
    taps4: u32,
    taps5: u32,
    grads0: u32,  // where the gradients by them begin in a part
    grads1: u32,
    grads2: u32,
    grads3: u32,
    grads4: u32,
    grads5: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dao: array<texel>;
@group(0) @binding(2) var<storage, read> zo: array<texel>;
// By channel of zo (mean, 1/std, scale, shift), (c_1, c_zo, 0, 0).
@group(0) @binding(3) var<storage, read> output: array<quad>;
@group(0) @binding(4) var<storage, read> z: array<texel>;
// By channel of z (mean, 1/std, scale, shift).
@group(0) @binding(5) var<storage, read> input: array<quad>;
@group(0) @binding(6) var<storage, read> taps: array<f32>;
@group(0) @binding(7) var<storage, read_write> g: array<quad>;
@group(0) @binding(8) var<storage, read_write> parts: array<f32>;

fn fresh(i: u32, left: u32) -> vec4<f32> {
    return by_output(zo_quad(i / 4u), dao_quad(i / 4u));
}

@compute @workgroup_size(LANES)
fn depthwise_tiles_back(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    back_tile(linear_index(wg, groups, 1u, 0u), local);
}
