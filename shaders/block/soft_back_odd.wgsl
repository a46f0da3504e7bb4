//! use linear activation depthwise row cut_rows depthwise_apply soft_back soft_back_any soft_back_strip soft_layout soft_candidates
//! The way back through block/soft_forward.wgsl at stride 1, from the gradient dy to that by x, with parts
//! of the gradients by the chances, sums of dy act(norm_k(z_k)) by channel; a candidate that is left out
//! has none. For maps of any width. Host: src/ops/soft_depthwise/passes.rs.
//! in pairs: soft_back_even

override WG: u32 = 8u;

struct Params {
    planes: u32,   // runs of images * channels
    images: u32,   // N
    run: u32,      // images that an invocation takes in turn
    channels: u32,
    h: u32,        // of x
    w: u32,
    ho: u32,       // of y
    wo: u32,
    strips: u32,   // strips a row
    bands: u32,    // bands a plane
    rows: u32,     // rows of x a band
    parts: u32,    // parts a channel
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<rows>;
@group(0) @binding(2) var<storage, read> z3: array<rows>;
@group(0) @binding(3) var<storage, read> z5: array<rows>;
@group(0) @binding(4) var<storage, read> z7: array<rows>;
@group(0) @binding(5) var<storage, read> x: array<pair>;
@group(0) @binding(6) var<storage, read> terms: array<quad>;
@group(0) @binding(7) var<storage, read_write> dx: array<single>;
// (k3, k5, k7, 0) by channel and part.
@group(0) @binding(8) var<storage, read_write> parts: array<quad>;

@compute @workgroup_size(WG)
fn soft_back_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    soft_back_strip(linear_index(wg, groups, WG, local));
}
