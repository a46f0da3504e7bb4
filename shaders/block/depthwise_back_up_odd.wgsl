//! use linear activation depthwise row cut_rows texel_rows depthwise_apply depthwise_taps depthwise_threes three_rows depthwise_back depthwise_back_any depthwise_back_spread
//! The way back through act(norm(depthwise(act(norm(z))))) to the gradient g by norm(z), at stride
//! 2, with parts of the gradients by the kernels and of the sums of g and g * (z - mean) / std.
//! For maps of any width. Host: src/ops/bottleneck/ranges.rs.
//! in pairs: depthwise_back_up_even

override WG: u32 = 8u;

struct Params {
    planes: u32,  // runs of images * count
    images: u32,  // N
    run: u32,     // images that an invocation takes in turn
    count: u32,   // channels of this kernel size
    total: u32,   // channels of all
    offset: u32,  // the first of ours
    h: u32,       // of z
    w: u32,
    ho: u32,      // of zo
    wo: u32,
    strips: u32,  // strips a row
    bands: u32,   // bands a plane
    rows: u32,    // pairs of rows of z a band
    pitch: u32,   // values of a part
    taps_at: u32, // where the gradients by our kernels begin in it
    shift_at: u32, // where our channels' gradients by shift do
    scale_at: u32, // and those by scale
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dao: array<rows>;
@group(0) @binding(2) var<storage, read> zo: array<rows>;
// By channel of zo (mean, 1/std, scale, shift), (c_1, c_zo, 0, 0).
@group(0) @binding(3) var<storage, read> output: array<quad>;
@group(0) @binding(4) var<storage, read> z: array<texel>;
// By channel of z (mean, 1/std, scale, shift).
@group(0) @binding(5) var<storage, read> input: array<quad>;
@group(0) @binding(6) var<storage, read> taps: array<f32>;
@group(0) @binding(7) var<storage, read_write> g: array<single>;
@group(0) @binding(8) var<storage, read_write> parts: array<f32>;

fn read_row(row: u32, v: i32, w: u32) -> Row {
    let o = zo_row(row, v, w);
    let d = dao_row(row, v, w);
    return Row(
        by_output(o.a, d.a), by_output(o.b, d.b), by_output(o.c, d.c),
        by_output(o.d, d.d), by_output(o.e, d.e), by_output(o.f, d.f),
    );
}

@compute @workgroup_size(WG)
fn depthwise_back_up_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    back_spread(linear_index(wg, groups, WG, local));
}
