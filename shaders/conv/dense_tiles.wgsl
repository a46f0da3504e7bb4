//! use linear product
//! y[n, o, oy, ox] = bias[o] + sum over ky, kx, c of a[g, (ky, kx), c, o] x[n, c, iy, ix] with
//! iy = (oy * stride + ky - pad) / dilate where that is whole and inside (ix likewise), c and o
//! within group g: a convolution of any form, see dense.wgsl. A workgroup computes 4 * TM output
//! channels by 64 places through tiles of 16 steps of (ky, kx, c) in workgroup memory, an
//! invocation 4 by 4. For GPUs. Host: src/ops/product/general.rs.

// Output channels of a tile, in vec4s: 4, 8 or 16.
override TM: u32 = 16u;
override INVOCATIONS: u32 = TM * 16u;

struct Params {
    rows: u32,    // output channels a group
    depth: u32,   // input channels a group
    groups: u32,
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // tiles of rows a group
    kh: u32,
    kw: u32,
    stride: u32,
    dilate: u32,
    pad_y: i32,
    pad_x: i32,
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    places: u32,  // N * ho * wo
    bias: u32,    // 1: there is one
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<quad>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

var<workgroup> at: array<vec4<f32>, TM * 16u>;
var<workgroup> bt: array<f32, 1024>;

@compute @workgroup_size(INVOCATIONS)
fn dense_tiles(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    let row_tiles = p.blocks * p.groups;
    let g = (w % row_tiles) / p.blocks;
    let m4 = (w % p.blocks) * TM;
    let first = (w / row_tiles) * 64u;
    let steps = p.kh * p.kw * p.depth;
    // Loading: one place, every 64th part of the steps.
    let mine = min(first + local % 64u, p.places - 1u);
    let n = mine / (p.ho * p.wo);
    let q = mine - n * (p.ho * p.wo);
    let oy = i32(q / p.wo * p.stride) - p.pad_y;
    let ox = i32(q % p.wo * p.stride) - p.pad_x;
    let channel = n * (p.groups * p.depth) + g * p.depth;
    // Computing: four rows, places 16 apart, so that stores and reads are of neighbours.
    let col = local % 16u;
    let row = local / 16u;
    var c = mat4x4<f32>();
    for (var s0 = 0u; s0 < steps; s0 += 16u) {
        for (var i = local; i < TM * 16u; i += INVOCATIONS) {
            let s = s0 + i / TM;
            let m = m4 + i % TM;
            var v = vec4<f32>();
            if (s < steps && m < p.pitch4) {
                v = load4(a[(g * steps + s) * p.pitch4 + m]);
            }
            at[i] = v;
        }
        for (var k = local / 64u; k < 16u; k += INVOCATIONS / 64u) {
            let s = s0 + k;
            let tap = s / p.depth;
            let ty = oy + i32(tap / p.kw);
            let tx = ox + i32(tap % p.kw);
            let iy = u32(ty) / p.dilate;
            let ix = u32(tx) / p.dilate;
            let whole = iy * p.dilate == u32(ty) && ix * p.dilate == u32(tx);
            var v = 0.0;
            if (s < steps && whole && ty >= 0 && tx >= 0 && iy < p.h && ix < p.w) {
                v = x[((channel + s - tap * p.depth) * p.h + iy) * p.w + ix];
            }
            bt[k * 64u + local % 64u] = v;
        }
        workgroupBarrier();
        for (var k = 0u; k < 16u; k++) {
            let i = k * 64u + col;
            c += outer(at[k * TM + row], vec4<f32>(bt[i], bt[i + 16u], bt[i + 32u], bt[i + 48u]));
        }
        workgroupBarrier();
    }
    let plane = p.ho * p.wo;
    let m = (m4 + row) * 4u;
    let o = g * p.rows + m;
    for (var j = 0u; j < 4u; j++) {
        let place = first + col + 16u * j;
        if (place < p.places) {
            let to = (place / plane * (p.groups * p.rows) + o) * plane + place % plane;
            for (var i = 0u; i < 4u; i++) {
                if (m + i < p.rows) {
                    var v = c[i][j];
                    if (p.bias == 1u) {
                        v += bias[o + i];
                    }
                    y[to + i * plane] = v;
                }
            }
        }
    }
}
