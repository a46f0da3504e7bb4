// The body of block/soft_back_up.wgsl and block/soft_back_up_odd.wgsl, at stride 2. A strip of four
// columns of dy wanders down a band of rows. Row r of the gradients by the candidates' convolutions
// adds to rows 2r - 3 .. 2r + 3 of the input's, eight columns each, which wait in registers and which
// all candidates share.

// Even and odd columns.
struct Pair {
    e: vec4<f32>,
    o: vec4<f32>,
}

// Rows 2r - 3 .. 2r + 3.
var<private> m3: Pair; var<private> m2: Pair; var<private> m1: Pair; var<private> at0: Pair;
var<private> p1: Pair; var<private> p2: Pair; var<private> p3: Pair;

fn plus(k: u32, to: Pair, t: Taps, g: Three) -> Pair {
    return Pair(to.e + even(k, t, g), to.o + odd(k, t, g));
}

fn add3(g: Three) {
    m1 = plus(3u, m1, t30, g);
    at0 = plus(3u, at0, t31, g);
    p1 = plus(3u, p1, t32, g);
}

fn add5(g: Three) {
    m2 = plus(5u, m2, t50, g);
    m1 = plus(5u, m1, t51, g);
    at0 = plus(5u, at0, t52, g);
    p1 = plus(5u, p1, t53, g);
    p2 = plus(5u, p2, t54, g);
}

fn add7(g: Three) {
    m3 = plus(7u, m3, t70, g);
    m2 = plus(7u, m2, t71, g);
    m1 = plus(7u, m1, t72, g);
    at0 = plus(7u, at0, t73, g);
    p1 = plus(7u, p1, t74, g);
    p2 = plus(7u, p2, t75, g);
    p3 = plus(7u, p3, t76, g);
}

fn three(r: Row) -> Three {
    return Three(r.a, r.b, r.c);
}

fn finish_row(row: u32, v: u32, w: u32, a: Pair) {
    finish_four(row, v * 2u, w, vec4<f32>(a.e.x, a.o.x, a.e.y, a.o.y));
    finish_four(row, v * 2u + 1u, w, vec4<f32>(a.e.z, a.o.z, a.e.w, a.o.w));
}

// Rows y and y + 1 of the input's gradient have met all that they meet; those behind them move up.
fn finish_two(plane: u32, y: i32, limits: vec2<i32>, strip: u32, w: u32) {
    if (y >= limits.x && y < limits.y) {
        finish_row(plane + u32(y) * w, strip, w, m3);
    }
    if (y + 1 >= limits.x && y + 1 < limits.y) {
        finish_row(plane + u32(y + 1) * w, strip, w, m2);
    }
    m3 = m1;
    m2 = at0;
    m1 = p1;
    at0 = p2;
    p1 = p3;
}

fn soft_back_spread(id: u32) {
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.channels;
    let c = i - run * p.channels;
    start_channel(c);
    let h = p.h;
    let w = p.w;
    let wo = p.wo;
    let begin = i32(band * p.rows);
    let end = min(begin + i32(p.rows), i32(p.ho));
    let last = min(end + 2, i32(p.ho));
    // A map of odd height ends with an even row.
    let limits = vec2<i32>(2 * begin, min(2 * end, i32(h)));
    let v = i32(strip) - 1;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    EACH_IMAGE {
        let plane = (n * p.channels + c) * (h * w);
        let plane_o = (n * p.channels + c) * (p.ho * wo);
        m3 = Pair();
        m2 = Pair();
        m1 = Pair();
        at0 = Pair();
        p1 = Pair();
        var r = max(begin - 1, 0);
        loop {
            p2 = Pair();
            p3 = Pair();
            let row = plane_o + u32(r) * wo;
            let mine = r >= begin && r < end;
            let dy = read_dy(row, v, wo);
            if (c3.kept) {
                add3(three(gradient_row(0u, c3, dy, row, v, wo, mine)));
            }
            if (c5.kept) {
                add5(three(gradient_row(1u, c5, dy, row, v, wo, mine)));
            }
            if (c7.kept) {
                add7(three(gradient_row(2u, c7, dy, row, v, wo, mine)));
            }
            finish_two(plane, 2 * r - 3, limits, strip, w);
            continuing {
                r++;
                break if r >= last;
            }
        }
        // Rows that meet nothing below the plane.
        for (; r < end + 2; r++) {
            p2 = Pair();
            p3 = Pair();
            finish_two(plane, 2 * r - 3, limits, strip, w);
        }
        NEXT_IMAGE
    }
    finish_chances(c * p.parts + (run * p.bands + band) * p.strips + strip);
}
