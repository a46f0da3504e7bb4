// The body of block/soft_forward*.wgsl, which define `read_row`, and `store_z(k, row, v, width, value)`
// and `store_y(row, v, width, value)`, vec4 v of a row of `width` values.
//
// A strip of S output vec4s wanders down a band of rows with the seven input rows around it in
// registers; all candidates read them. llvmpipe skips no branches, so that there a candidate that is left
// out costs its arithmetic. A loop in place of the branch would go two rounds where it is kept, and bodies
// for each candidate alone, which end after a row, took 10 s more to compile.
var<private> r0: Row; var<private> r1: Row; var<private> r2: Row; var<private> r3: Row;
var<private> r4: Row; var<private> r5: Row; var<private> r6: Row;

fn sum3(i: u32) -> vec4<f32> {
    return apply(3u, t30, r2, i) + apply(3u, t31, r3, i) + apply(3u, t32, r4, i);
}

fn sum5(i: u32) -> vec4<f32> {
    return apply(5u, t50, r1, i) + apply(5u, t51, r2, i) + apply(5u, t52, r3, i)
        + apply(5u, t53, r4, i) + apply(5u, t54, r5, i);
}

fn sum7(i: u32) -> vec4<f32> {
    return apply(7u, t70, r0, i) + apply(7u, t71, r1, i) + apply(7u, t72, r2, i)
        + apply(7u, t73, r3, i) + apply(7u, t74, r4, i) + apply(7u, t75, r5, i)
        + apply(7u, t76, r6, i);
}

fn sum_of(k: u32, i: u32) -> vec4<f32> {
    switch k {
        case 0u: { return sum3(i); }
        case 1u: { return sum5(i); }
        default: { return sum7(i); }
    }
}

// Stores what candidate k gives for vec4 i of the strip; its share of y.
fn share(k: u32, c: Candidate, spoilt: f32, at: vec3<u32>, i: u32) -> vec4<f32> {
    let z = sum_of(k, i) + spoilt;
    store_z(k, at.x, at.y + i, at.z, z);
    return c.chance * act4(normed(c.norm, z));
}

struct Outs {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

fn shares(k: u32, c: Candidate, spoilt: f32, at: vec3<u32>, y: Outs) -> Outs {
    var o = y;
    o.a += share(k, c, spoilt, at, 0u);
    if (S > 1u) {
        o.b += share(k, c, spoilt, at, 1u);
    }
    if (S > 2u) {
        o.c += share(k, c, spoilt, at, 2u);
        o.d += share(k, c, spoilt, at, 3u);
    }
    return o;
}

fn next_row(plane: u32, iy: i32, v: i32, h: u32, w: u32) {
    r0 = r1;
    r1 = r2;
    r2 = r3;
    r3 = r4;
    r4 = r5;
    r5 = r6;
    r6 = load_row(plane, iy, v, h, w);
}

fn soft_strip(id: u32) {
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.channels;
    let c = i - run * p.channels;
    start_channel(c);
    let spoilt3 = t30.r.w + t31.r.w + t32.r.w;
    let spoilt5 = t50.r.w + t51.r.w + t52.r.w + t53.r.w + t54.r.w;
    let spoilt7 = t70.r.w + t71.r.w + t72.r.w + t73.r.w + t74.r.w + t75.r.w + t76.r.w;
    let h = p.h;
    let w_in = p.w;
    let wo = p.wo;
    let oy0 = band * p.rows;
    let end = min(oy0 + p.rows, p.ho);
    let v0 = strip * S;
    let v = i32(v0 * STRIDE) - 1;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    EACH_IMAGE {
        let from_x = (n * p.channels + c) * (h * w_in);
        let to = (n * p.channels + c) * (p.ho * wo);
        r0 = Row();
        r1 = Row();
        r2 = Row();
        r3 = Row();
        r4 = Row();
        r5 = Row();
        r6 = Row();
        // All rows of the first window that exist, but for those that come with the first row of y.
        var iy = max(i32(oy0 * STRIDE) - 3, 0);
        let begin = i32(oy0 * STRIDE + 4u - STRIDE);
        loop {
            next_row(from_x, iy, v, h, w_in);
            iy++;
            continuing {
                break if iy >= begin;
            }
        }
        var oy = oy0;
        loop {
            next_row(from_x, iy, v, h, w_in);
            iy++;
            if (STRIDE == 2u) {
                next_row(from_x, iy, v, h, w_in);
                iy++;
            }
            let at = vec3<u32>(to + oy * wo, v0, wo);
            var y = Outs();
            if (c3.kept) {
                y = shares(0u, c3, spoilt3, at, y);
            }
            if (c5.kept) {
                y = shares(1u, c5, spoilt5, at, y);
            }
            if (c7.kept) {
                y = shares(2u, c7, spoilt7, at, y);
            }
            store_y(at.x, v0, wo, y.a);
            if (S > 1u) {
                store_y(at.x, v0 + 1u, wo, y.b);
            }
            if (S > 2u) {
                store_y(at.x, v0 + 2u, wo, y.c);
                store_y(at.x, v0 + 3u, wo, y.d);
            }
            continuing {
                oy++;
                break if oy >= end;
            }
        }
        NEXT_IMAGE
    }
}
