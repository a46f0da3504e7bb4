//! use linear activation product product_shared product_normed product_uncounted
//! y[n, m, p] = bias[m] + plus[n, m, p] + sum over k of a[k, m] b[n, k, p]: a pointwise convolution, of b
//! or of act(norm(b)). For planes whose size is a multiple of 4.
//! For software drivers with subgroups of eight. Host: src/ops/product/shared.rs.

struct Params {
    rows: u32,    // M
    depth: u32,   // K
    plane: u32,   // values of a plane
    plane4: u32,  // its vec4s, the last perhaps not full
    columns4: u32, // vec4s of all planes: N * plane4
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // blocks of rows
    column_blocks: u32,
    run: u32,     // blocks of columns an item
}

// 1: there is a bias.
override BIAS: u32 = 0u;
// 1: `plus` is added.
override PLUS: u32 = 0u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<texel>;
@group(0) @binding(2) var<storage, read> b: array<texel>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> norm: array<texel>;
@group(0) @binding(5) var<storage, read> plus: array<texel>;
@group(0) @binding(6) var<storage, read_write> y: array<quad>;

fn load_b(at: u32, left: u32) -> vec4<f32> {
    return b_quad(at / 4u);
}

fn biased(m: u32, value: vec4<f32>) -> vec4<f32> {
    if (BIAS == 1u) {
        return value + bias[m];
    }
    return value;
}

fn added(at: u32, value: vec4<f32>) -> vec4<f32> {
    if (PLUS == 1u) {
        return value + plus_quad(at / 4u);
    }
    return value;
}

fn meet_y(at: u32) -> u32 {
    return u32(y[at / 4u].x);
}

fn store_y(m: u32, at: u32, left: u32, value: vec4<f32>) {
    y[at / 4u] = store4(added(at, biased(m, value)));
}

@compute @workgroup_size(8)
fn product_shared(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    product_block(linear_index(wg, groups, 1u, 0u), lane);
}
