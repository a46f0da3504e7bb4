//! use linear product
//! y[n, o, oy, ox] = bias[o] + sum over ky, kx, c of a[g, (ky, kx), c, o] x[n, c, iy, ix] with
//! iy = (oy * stride + ky - pad) / dilate where that is whole and inside (ix likewise), c and o
//! within group g: a convolution of any form. dilate is 1 forward; the gradient of the input is the
//! same sum with stride 1, the kernel turned around and dilate the stride. An invocation holds
//! 4 * MB output channels by 16 places in registers. For software drivers.
//! Host: src/ops/product/general.rs.

// Output channels of a block, in vec4s: 1 to 4.
override MB: u32 = 4u;

struct Params {
    rows: u32,    // output channels a group
    depth: u32,   // input channels a group
    groups: u32,
    pitch4: u32,  // vec4s of a row of a
    blocks: u32,  // blocks of rows a group
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

// Four neighbouring places of the output.
struct Places {
    n: vec4<u32>,
    oy: vec4<u32>,
    ox: vec4<u32>,
    inside: vec4<bool>,
}

// Where four places read for one tap.
struct Taps {
    at: vec4<u32>,
    inside: vec4<bool>,
}

fn places(first: u32) -> Places {
    let j = first + vec4<u32>(0u, 1u, 2u, 3u);
    let i = min(j, vec4<u32>(p.places - 1u));
    let n = i / (p.ho * p.wo);
    let q = i - n * (p.ho * p.wo);
    let oy = q / p.wo;
    return Places(n, oy, q - oy * p.wo, j < vec4<u32>(p.places));
}

fn taps(v: Places, c0: u32, ky: u32, kx: u32) -> Taps {
    let ty = vec4<i32>(v.oy * p.stride) + (i32(ky) - p.pad_y);
    let tx = vec4<i32>(v.ox * p.stride) + (i32(kx) - p.pad_x);
    // Negative numbers become large ones: outside as well.
    let iy = vec4<u32>(ty) / p.dilate;
    let ix = vec4<u32>(tx) / p.dilate;
    let whole = (iy * p.dilate == vec4<u32>(ty)) & (ix * p.dilate == vec4<u32>(tx));
    let inside = whole & (ty >= vec4<i32>()) & (tx >= vec4<i32>())
        & (iy < vec4<u32>(p.h)) & (ix < vec4<u32>(p.w));
    let channel = v.n * (p.groups * p.depth) + c0;
    let at = (channel * p.h + iy) * p.w + ix;
    return Taps(select(vec4<u32>(), at, inside), inside);
}

fn load(t: Taps, ahead: u32) -> vec4<f32> {
    let i = t.at + ahead;
    return select(vec4<f32>(), vec4<f32>(x[i.x], x[i.y], x[i.z], x[i.w]), t.inside);
}

fn store(v: Places, m: u32, o: u32, c: mat4x4<f32>) {
    let plane = p.ho * p.wo;
    let at = (v.n * (p.groups * p.rows) + o) * plane + v.oy * p.wo + v.ox;
    for (var i = 0u; i < 4u; i++) {
        if (m + i < p.rows) {
            var r = c[i];
            if (p.bias == 1u) {
                r += bias[o + i];
            }
            for (var j = 0u; j < 4u; j++) {
                if (v.inside[j]) {
                    y[at[j] + i * plane] = r[j];
                }
            }
        }
    }
}

@compute @workgroup_size(8)
fn dense(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = linear_index(wg, groups, 1u, 0u);
    let rows = p.blocks * p.groups;
    let g = (w % rows) / p.blocks;
    let m4 = (w % p.blocks) * MB;
    let first = ((w / rows) * 8u + local) * 16u;
    let v0 = places(first);
    let v1 = places(first + 4u);
    let v2 = places(first + 8u);
    let v3 = places(first + 12u);
    let plane = p.h * p.w;
    var ai = g * (p.kh * p.kw * p.depth * p.pitch4) + m4;
    var c00 = mat4x4<f32>(); var c01 = mat4x4<f32>(); var c02 = mat4x4<f32>(); var c03 = mat4x4<f32>();
    var c10 = mat4x4<f32>(); var c11 = mat4x4<f32>(); var c12 = mat4x4<f32>(); var c13 = mat4x4<f32>();
    var c20 = mat4x4<f32>(); var c21 = mat4x4<f32>(); var c22 = mat4x4<f32>(); var c23 = mat4x4<f32>();
    var c30 = mat4x4<f32>(); var c31 = mat4x4<f32>(); var c32 = mat4x4<f32>(); var c33 = mat4x4<f32>();
    for (var ky = 0u; ky < p.kh; ky++) {
        for (var kx = 0u; kx < p.kw; kx++) {
            let t0 = taps(v0, g * p.depth, ky, kx);
            let t1 = taps(v1, g * p.depth, ky, kx);
            let t2 = taps(v2, g * p.depth, ky, kx);
            let t3 = taps(v3, g * p.depth, ky, kx);
            for (var k = 0u; k < p.depth; k++) {
                let b0 = load(t0, k * plane); let b1 = load(t1, k * plane);
                let b2 = load(t2, k * plane); let b3 = load(t3, k * plane);
                let a0 = load4(a[ai]);
                c00 += outer(a0, b0); c01 += outer(a0, b1); c02 += outer(a0, b2); c03 += outer(a0, b3);
                if (MB > 1u) {
                    let a1 = load4(a[ai + 1u]);
                    c10 += outer(a1, b0); c11 += outer(a1, b1); c12 += outer(a1, b2); c13 += outer(a1, b3);
                }
                if (MB > 2u) {
                    let a2 = load4(a[ai + 2u]);
                    c20 += outer(a2, b0); c21 += outer(a2, b1); c22 += outer(a2, b2); c23 += outer(a2, b3);
                }
                if (MB > 3u) {
                    let a3 = load4(a[ai + 3u]);
                    c30 += outer(a3, b0); c31 += outer(a3, b1); c32 += outer(a3, b2); c33 += outer(a3, b3);
                }
                ai += p.pitch4;
            }
        }
    }
    let m = m4 * 4u;
    let o = g * p.rows + m;
    store(v0, m, o, c00); store(v1, m, o, c01); store(v2, m, o, c02); store(v3, m, o, c03);
    if (MB > 1u) {
        store(v0, m + 4u, o + 4u, c10); store(v1, m + 4u, o + 4u, c11);
        store(v2, m + 4u, o + 4u, c12); store(v3, m + 4u, o + 4u, c13);
    }
    if (MB > 2u) {
        store(v0, m + 8u, o + 8u, c20); store(v1, m + 8u, o + 8u, c21);
        store(v2, m + 8u, o + 8u, c22); store(v3, m + 8u, o + 8u, c23);
    }
    if (MB > 3u) {
        store(v0, m + 12u, o + 12u, c30); store(v1, m + 12u, o + 12u, c31);
        store(v2, m + 12u, o + 12u, c32); store(v3, m + 12u, o + 12u, c33);
    }
}
