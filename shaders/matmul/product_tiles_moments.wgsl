//! use linear activation product product_tiles
//! y[n, m, p] = sum over k of a[k, m] b[n, k, p], a pointwise convolution of b or of act(norm(b)), with
//! the moments of its rows by tiles of columns: parts[m, tile] = (n, mean, sum of squared deviations, 0).
//! For planes whose size is a multiple of 4. For GPUs. Host: src/ops/product/tiles.rs.

struct Params {
    rows: u32,    // M
    depth: u32,   // K
    plane4: u32,  // vec4s of a plane
    columns4: u32, // vec4s of all planes: N * plane4
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // tiles of rows
    tiles: u32,   // tiles of columns
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<quad>;
@group(0) @binding(2) var<storage, read> b: array<quad>;
// By row of b (mean, 1/std, scale, shift).
@group(0) @binding(3) var<storage, read> norm: array<quad>;
@group(0) @binding(4) var<storage, read_write> y: array<quad>;
@group(0) @binding(5) var<storage, read_write> parts: array<quad>;

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

// Sums by row of the values that the sixteen invocations of the same four rows have.
fn across(local: u32, by_row: vec4<f32>) -> vec4<f32> {
    bt[local] = by_row;
    workgroupBarrier();
    let first = local - local % 16u;
    var sum = vec4<f32>();
    for (var i = 0u; i < 16u; i++) {
        sum += bt[first + i];
    }
    workgroupBarrier();
    return sum;
}

@compute @workgroup_size(INVOCATIONS)
fn product_tiles_moments(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    let c = product_tile(w, local);
    let here = place(w, local);
    for (var i = 0u; i < 4u; i++) {
        if (here.known && here.m + i < p.rows) {
            y[here.to + (here.m + i) * p.plane4] = store4(c[i]);
        }
    }
    let counts = vec4<bool>(here.known);
    let n = f32(here.vec4s * 4u);
    let sums = vec4<f32>(total(c[0]), total(c[1]), total(c[2]), total(c[3]));
    let mean = across(local, select(vec4<f32>(), sums, counts)) / n;
    let d0 = c[0] - mean.x;
    let d1 = c[1] - mean.y;
    let d2 = c[2] - mean.z;
    let d3 = c[3] - mean.w;
    let squares = vec4<f32>(dot(d0, d0), dot(d1, d1), dot(d2, d2), dot(d3, d3));
    let deviations = across(local, select(vec4<f32>(), squares, counts));
    let i = local % 16u;
    if (i < 4u && here.m + i < p.rows) {
        parts[(here.m + i) * p.tiles + here.tile] = store4(vec4<f32>(n, mean[i], deviations[i], 0.0));
    }
}
