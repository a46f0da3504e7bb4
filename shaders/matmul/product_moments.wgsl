//! use linear activation product product_shared product_normed
//! y[n, m, p] = sum over k of a[k, m] b[n, k, p], a pointwise convolution of b or of act(norm(b)), with
//! the moments of its rows by runs of columns: parts[m, run] = (n, mean, sum of squared deviations, 0). For
//! planes whose size is a multiple of 4.
//! For software drivers with subgroups of eight. Host: src/ops/product/shared.rs.

struct Params {
    rows: u32,    // M
    depth: u32,   // K
    plane: u32,   // values of a plane
    plane4: u32,  // its vec4s
    columns4: u32, // vec4s of all planes: N * plane4
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // blocks of rows
    column_blocks: u32,
    run: u32,     // blocks of columns an item
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<texel>;
@group(0) @binding(2) var<storage, read> b: array<texel>;
@group(0) @binding(3) var<storage, read> norm: array<texel>;
@group(0) @binding(4) var<storage, read_write> y: array<quad>;
@group(0) @binding(5) var<storage, read_write> parts: array<quad>;

// By rows, four a vector: the first value of the run, which all lanes take, so that nothing cancels
// where the mean is large; and this lane's sums of v - shift and (v - shift)^2.
var<private> shifts: array<vec4<f32>, 8>;
var<private> sums: array<vec4<f32>, 8>;
var<private> squares: array<vec4<f32>, 8>;
// Values of a row that this lane has counted.
var<private> counted: f32;

fn load_b(at: u32, left: u32) -> vec4<f32> {
    return b_quad(at / 4u);
}

fn meet_y(at: u32) -> u32 {
    return u32(y[at / 4u].x);
}

fn store_y(m: u32, at: u32, left: u32, value: vec4<f32>) {
    y[at / 4u] = store4(value);
}

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

fn count_rows(i: u32, left: u32, fresh: bool, c: mat4x4<f32>) {
    let first = vec4<f32>(
        subgroupBroadcast(c[0].x, 0u), subgroupBroadcast(c[1].x, 0u),
        subgroupBroadcast(c[2].x, 0u), subgroupBroadcast(c[3].x, 0u),
    );
    let shift = select(shifts[i], first, fresh);
    shifts[i] = shift;
    let known = left > 0u;
    let d0 = select(vec4<f32>(), c[0] - shift.x, known);
    let d1 = select(vec4<f32>(), c[1] - shift.y, known);
    let d2 = select(vec4<f32>(), c[2] - shift.z, known);
    let d3 = select(vec4<f32>(), c[3] - shift.w, known);
    sums[i] += vec4<f32>(total(d0), total(d1), total(d2), total(d3));
    squares[i] += vec4<f32>(dot(d0, d0), dot(d1, d1), dot(d2, d2), dot(d3, d3));
    if (i == 0u) {
        counted += select(0.0, 4.0, known);
    }
}

// The lanes' sums of four rows together; lanes 0 to 3 store a row each.
fn end_four(i: u32, m: u32, run: u32, lane: u32, n: f32) {
    let row = m + 4u * i + lane;
    let k = lane % 4u;
    let runs = (p.column_blocks + p.run - 1u) / p.run;
    let s = vec4<f32>(
        subgroupAdd(sums[i].x), subgroupAdd(sums[i].y),
        subgroupAdd(sums[i].z), subgroupAdd(sums[i].w),
    )[k];
    let q = vec4<f32>(
        subgroupAdd(squares[i].x), subgroupAdd(squares[i].y),
        subgroupAdd(squares[i].z), subgroupAdd(squares[i].w),
    )[k];
    if (lane < 4u && row < p.rows) {
        let part = vec4<f32>(n, shifts[i][k] + s / n, q - s * (s / n), 0.0);
        parts[row * runs + run] = store4(part);
    }
}

fn end_rows(m: u32, run: u32, lane: u32) {
    let n = subgroupAdd(counted);
    end_four(0u, m, run, lane, n);
    end_four(1u, m, run, lane, n);
    end_four(2u, m, run, lane, n);
    end_four(3u, m, run, lane, n);
    if (TALL == 1u) {
        end_four(4u, m, run, lane, n);
        end_four(5u, m, run, lane, n);
        end_four(6u, m, run, lane, n);
        end_four(7u, m, run, lane, n);
    }
}

@compute @workgroup_size(8)
fn product_moments(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    product_block(linear_index(wg, groups, 1u, 0u), lane);
}
