// Beside bulk_pairs.wgsl, as bulk_rows_texels.wgsl out of storage.

fn NAME_at(row: u32, v: i32, w: u32) -> vec4<f32> {
    if (v < 0 || v * 4 >= i32(w)) {
        return vec4<f32>();
    }
    return NAME_four(row + u32(v) * 4u);
}

// The vec4s from v on of a row of w values that begins at value `row`.
fn NAME_row(row: u32, v: i32, w: u32) -> Row {
    var r: Row;
    r.a = NAME_at(row, v, w);
    r.b = NAME_at(row, v + 1, w);
    r.c = NAME_at(row, v + 2, w);
    if (V > 3u) {
        r.d = NAME_at(row, v + 3, w);
    }
    if (V > 4u) {
        r.e = NAME_at(row, v + 4, w);
    }
    if (V > 5u) {
        r.f = NAME_at(row, v + 5, w);
    }
    return r;
}

