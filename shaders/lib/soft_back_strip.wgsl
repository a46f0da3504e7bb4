// The body of block/soft_back.wgsl and block/soft_back_odd.wgsl, at stride 1. A strip of 4 * S columns
// wanders down a band of rows. Each row of the gradients by the candidates' convolutions adds to the
// seven rows of the input's around it, which wait in registers and which all candidates share: so dy
// and x are read, and dx is written, once. The kernels are turned around.
struct Outs {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

// Rows that have met 1 .. 6 rows of gradients, and the one that has met all seven.
var<private> a1: Outs; var<private> a2: Outs; var<private> a3: Outs;
var<private> a4: Outs; var<private> a5: Outs; var<private> a6: Outs;
var<private> done: Outs;

fn turned(t: Taps) -> Taps {
    return Taps(vec4<f32>(t.r.z, t.r.y, t.r.x, t.l.w), vec4<f32>(t.l.z, t.l.y, t.l.x, 0.0));
}

fn plus(k: u32, to: Outs, t: Taps, r: Row) -> Outs {
    var o = to;
    o.a += apply(k, t, r, 0u);
    if (S > 1u) {
        o.b += apply(k, t, r, 1u);
    }
    if (S > 2u) {
        o.c += apply(k, t, r, 2u);
        o.d += apply(k, t, r, 3u);
    }
    return o;
}

fn add3(r: Row) {
    a5 = plus(3u, a5, turned(t30), r);
    a4 = plus(3u, a4, turned(t31), r);
    a3 = plus(3u, a3, turned(t32), r);
}

fn add5(r: Row) {
    a6 = plus(5u, a6, turned(t50), r);
    a5 = plus(5u, a5, turned(t51), r);
    a4 = plus(5u, a4, turned(t52), r);
    a3 = plus(5u, a3, turned(t53), r);
    a2 = plus(5u, a2, turned(t54), r);
}

fn add7(r: Row) {
    done = plus(7u, done, turned(t70), r);
    a6 = plus(7u, a6, turned(t71), r);
    a5 = plus(7u, a5, turned(t72), r);
    a4 = plus(7u, a4, turned(t73), r);
    a3 = plus(7u, a3, turned(t74), r);
    a2 = plus(7u, a2, turned(t75), r);
    a1 = plus(7u, a1, turned(t76), r);
}

fn next_row() {
    done = a6;
    a6 = a5;
    a5 = a4;
    a4 = a3;
    a3 = a2;
    a2 = a1;
    a1 = Outs();
}

// Row y of the input's gradient has met all that it meets.
fn finish(plane: u32, y: i32, v0: u32, w: u32) {
    let row = plane + u32(y) * w;
    finish_four(row, v0, w, done.a);
    if (S > 1u) {
        finish_four(row, v0 + 1u, w, done.b);
    }
    if (S > 2u) {
        finish_four(row, v0 + 2u, w, done.c);
        finish_four(row, v0 + 3u, w, done.d);
    }
}

fn soft_back_strip(id: u32) {
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
    let y0 = i32(band * p.rows);
    let end = min(y0 + i32(p.rows), i32(h));
    let last = min(end + 3, i32(h));
    let v0 = strip * S;
    let v = i32(v0) - 1;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    EACH_IMAGE {
        let plane = (n * p.channels + c) * (h * w);
        a1 = Outs();
        a2 = Outs();
        a3 = Outs();
        a4 = Outs();
        a5 = Outs();
        a6 = Outs();
        var iy = max(y0 - 3, 0);
        loop {
            next_row();
            let row = plane + u32(iy) * w;
            let mine = iy >= y0 && iy < end;
            let dy = read_dy(row, v, w);
            if (c3.kept) {
                add3(gradient_row(0u, c3, dy, row, v, w, mine));
            }
            if (c5.kept) {
                add5(gradient_row(1u, c5, dy, row, v, w, mine));
            }
            if (c7.kept) {
                add7(gradient_row(2u, c7, dy, row, v, w, mine));
            }
            if (iy - 3 >= y0) {
                finish(plane, iy - 3, v0, w);
            }
            continuing {
                iy++;
                break if iy >= last;
            }
        }
        // Rows that meet nothing below the plane.
        for (var y = last - 3; y < end; y++) {
            next_row();
            if (y >= y0) {
                finish(plane, y, v0, w);
            }
        }
        NEXT_IMAGE
    }
    finish_chances(c * p.parts + (run * p.bands + band) * p.strips + strip);
}
