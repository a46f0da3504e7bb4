//! use linear product row plane_rows dense3 dense3_block
//! y[n, o, oy, ox] = bias[o] + sum over ky, kx, c of a[(ky, kx), c, o]
//! x[n, c, oy * STRIDE + ky - 1, ox * STRIDE + kx - 1], zero outside: a 3x3 convolution; with the
//! kernel turned around and stride 1 its gradient by x. For maps of any width. For software drivers with subgroups of eight. Host: src/ops/conv2d/dense3.rs.

struct Params {
    rows: u32,    // output channels
    depth: u32,   // input channels
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // blocks of 16 output channels
    images: u32,
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    strips: u32,  // strips of 8 columns a row
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<quad>;
@group(0) @binding(2) var<storage, read> x: array<pair>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn load(row: u32, v: u32) -> vec4<f32> {
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(), x_four(row + v * 4u), i < vec4<u32>(p.w));
}

fn store(row: u32, v: u32, width: u32, value: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (v * 4u + i < width) {
            y[row + v * 4u + i] = value[i];
        }
    }
}

@compute @workgroup_size(8)
fn dense3_shared_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    dense3_block(linear_index(wg, groups, 1u, 0u), lane);
}
