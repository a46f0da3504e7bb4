// Beside bulk_texels.wgsl, for a kernel that reads rows, with row.wgsl.

// The vec4s from v on of a row that begins at value `row`. Each texel is read once.
fn NAME_row(row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    let at = row % 4u;
    let q1 = NAME_quad(q + 1u);
    let q2 = NAME_quad(q + 2u);
    var q3: vec4<f32>; var q4: vec4<f32>; var q5: vec4<f32>;
    var r: Row;
    if (!ALONE) {
        r.a = unaligned(NAME_quad(q), q1, at);
    }
    r.b = unaligned(q1, q2, at);
    if (V > 3u || !ALONE) {
        q3 = NAME_quad(q + 3u);
        r.c = unaligned(q2, q3, at);
    }
    if (V > 4u || (V > 3u && !ALONE)) {
        q4 = NAME_quad(q + 4u);
        r.d = unaligned(q3, q4, at);
    }
    if (V > 5u) {
        q5 = NAME_quad(q + 5u);
        r.e = unaligned(q4, q5, at);
    }
    if (V > 5u && !ALONE) {
        r.f = unaligned(q5, NAME_quad(q + 6u), at);
    }
    return r;
}

