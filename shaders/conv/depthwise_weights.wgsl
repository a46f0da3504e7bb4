//! use linear depthwise row plane_rows depthwise_sums
//! parts[(run, band, strip), c, ky, kx] = sum over the places of one band and strip of a run of images of
//! dy[n, o + c, oy, ox] x[n, o + c, oy * STRIDE + ky - K/2, ox * STRIDE + kx - K/2]: the weight
//! gradient of a depthwise convolution before its parts are summed.
//! Host: src/ops/mixed_depthwise/kernels.rs.

override WG: u32 = 8u;
// 1: some rows are not whole vec4s.
override ODD: u32 = 0u;

struct Params {
    planes: u32,  // runs of images * count
    images: u32,  // N
    run: u32,     // images that an invocation takes in turn
    count: u32,   // channels of this kernel size
    total: u32,   // channels of x and y
    offset: u32,  // the first of ours
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    strips: u32,  // sums a row
    width: u32,   // strips of S vec4s of dy a sum
    bands: u32,   // bands a plane
    rows: u32,    // output rows a band
    pitch: u32,   // values of a part
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<pair>;
@group(0) @binding(2) var<storage, read> x4: array<quad>;
@group(0) @binding(3) var<storage, read> dy: array<pair>;
@group(0) @binding(4) var<storage, read> dy4: array<quad>;
@group(0) @binding(5) var<storage, read_write> parts: array<f32>;

fn load(row: u32, v: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return load4(x4[row / 4u + v]);
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(), x_four(row + v * 4u), i < vec4<u32>(p.w));
}

fn load_dy(row: u32, v: u32, width: u32) -> vec4<f32> {
    if (v * 4u >= width) {
        return vec4<f32>();
    }
    if (ODD == 0u) {
        return load4(dy4[row / 4u + v]);
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let g = dy_four(row + v * 4u);
    return select(vec4<f32>(), g, i < vec4<u32>(width));
}

fn store_tap(first: u32, ky: u32, d: i32, v: f32) {
    parts[first + ky * K + u32(i32(K / 2u) + d)] = v;
}

// Row r of the window holds the sums of kernel row r + K - 7.
fn store_taps(first: u32, r: u32, t: Taps) {
    let ky = r + K - 7u;
    store_tap(first, ky, -1, t.l.z);
    store_tap(first, ky, 0, t.l.w);
    store_tap(first, ky, 1, t.r.x);
    if (K > 3u) {
        store_tap(first, ky, -2, t.l.y);
        store_tap(first, ky, 2, t.r.y);
    }
    if (K > 5u) {
        store_tap(first, ky, -3, t.l.x);
        store_tap(first, ky, 3, t.r.z);
    }
}

@compute @workgroup_size(WG)
fn depthwise_weights(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, WG, local);
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.count;
    let c = i - run * p.count;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    let h = p.h;
    let w = p.w;
    let wo = p.wo;
    let oy0 = band * p.rows;
    let end = min(oy0 + p.rows, p.ho);
    let last = min((strip + 1u) * p.width, (wo + 4u * S - 1u) / (4u * S));
    var s0: Taps; var s1: Taps; var s2: Taps; var s3: Taps; var s4: Taps; var s5: Taps; var s6: Taps;
    // Loops as in product_shared.wgsl, rows as in depthwise_forward.wgsl.
    EACH_IMAGE {
        let from_x = (n * p.total + p.offset + c) * (h * w);
        let from_dy = (n * p.total + p.offset + c) * (p.ho * wo);
        var v = strip * p.width;
        loop {
            let at = i32(v * S * STRIDE) - 1;
            var iy = i32(oy0 * STRIDE) - i32(K / 2u);
            var r0: Row; var r1: Row; var r2: Row; var r3: Row; var r4: Row; var r5: Row; var r6: Row;
            var t = STRIDE;
            loop {
                if (K > 5u) {
                    r0 = r1;
                    r1 = r2;
                }
                if (K > 3u) {
                    r2 = r3;
                    r3 = r4;
                }
                r4 = r5;
                r5 = r6;
                r6 = load_row(from_x, iy, at, h, w);
                iy++;
                continuing {
                    t++;
                    break if t >= K;
                }
            }
            var oy = oy0;
            loop {
                if (STRIDE == 2u) {
                    if (K > 5u) {
                        r0 = r2;
                        r1 = r3;
                    }
                    if (K > 3u) {
                        r2 = r4;
                        r3 = r5;
                    }
                    r4 = r6;
                    r5 = load_row(from_x, iy, at, h, w);
                } else {
                    if (K > 5u) {
                        r0 = r1;
                        r1 = r2;
                    }
                    if (K > 3u) {
                        r2 = r3;
                        r3 = r4;
                    }
                    r4 = r5;
                    r5 = r6;
                }
                r6 = load_row(from_x, iy + i32(STRIDE) - 1, at, h, w);
                iy += i32(STRIDE);
                let row = from_dy + oy * wo;
                var g: Strip;
                g.a = load_dy(row, v * S, wo);
                if (S > 1u) {
                    g.b = load_dy(row, v * S + 1u, wo);
                }
                if (S > 2u) {
                    g.c = load_dy(row, v * S + 2u, wo);
                    g.d = load_dy(row, v * S + 3u, wo);
                }
                if (K > 5u) {
                    s0 = add(s0, sums(g, r0));
                    s1 = add(s1, sums(g, r1));
                }
                if (K > 3u) {
                    s2 = add(s2, sums(g, r2));
                    s3 = add(s3, sums(g, r3));
                }
                s4 = add(s4, sums(g, r4));
                s5 = add(s5, sums(g, r5));
                s6 = add(s6, sums(g, r6));
                continuing {
                    oy++;
                    break if oy >= end;
                }
            }
            continuing {
                v++;
                break if v >= last;
            }
        }
        NEXT_IMAGE
    }
    let first = ((run * p.bands + band) * p.strips + strip) * p.pitch + c * (K * K);
    if (K > 5u) {
        store_taps(first, 0u, s0);
        store_taps(first, 1u, s1);
    }
    if (K > 3u) {
        store_taps(first, 2u, s2);
        store_taps(first, 3u, s3);
    }
    store_taps(first, 4u, s4);
    store_taps(first, 5u, s5);
    store_taps(first, 6u, s6);
}
