//! use linear activation depthwise row cut_rows texel_rows depthwise_apply soft_layout soft_candidates soft_forward
//! y = sum over the candidates k3, k5, k7 that are kept of chance_k act(norm_k(z_k)) by channel, where
//! z_k = depthwise_k(act(norm(x))) is stored as well. For maps whose rows are whole vec4s, before and after.
//! Host: src/ops/soft_depthwise/passes.rs.

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
    rows: u32,     // output rows a band
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read> terms: array<quad>;
@group(0) @binding(3) var<storage, read_write> z3: array<quad>;
@group(0) @binding(4) var<storage, read_write> z5: array<quad>;
@group(0) @binding(5) var<storage, read_write> z7: array<quad>;
@group(0) @binding(6) var<storage, read_write> y: array<quad>;

fn input(v: vec4<f32>) -> vec4<f32> {
    return act4(normed(i_norm, v));
}

fn read_row(row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    return Row(
        input(x_quad(q)), input(x_quad(q + 1u)), input(x_quad(q + 2u)),
        input(x_quad(q + 3u)), input(x_quad(q + 4u)), input(x_quad(q + 5u)),
    );
}

fn store_z(k: u32, row: u32, v: u32, width: u32, value: vec4<f32>) {
    if (v * 4u >= width) {
        return;
    }
    let i = row / 4u + v;
    switch k {
        case 0u: { z3[i] = store4(value); }
        case 1u: { z5[i] = store4(value); }
        default: { z7[i] = store4(value); }
    }
}

fn store_y(row: u32, v: u32, width: u32, value: vec4<f32>) {
    if (v * 4u >= width) {
        return;
    }
    let i = row / 4u + v;
    y[i] = store4(value);
}

@compute @workgroup_size(WG)
fn soft_forward(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    soft_strip(linear_index(wg, groups, WG, local));
}
