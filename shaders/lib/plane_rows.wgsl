// Rows of a plane out of storage, beside row.wgsl. The kernel defines `load(row, v)`, the values
// 4v..4v+3 of a row that begins at value `row`; some of them lie inside.
fn load_inside(row: u32, v: i32, width: u32) -> vec4<f32> {
    if (v < 0 || v * 4 >= i32(width)) {
        return vec4<f32>();
    }
    return load(row, u32(v));
}

// Row iy of the plane of h by w values that begins at `plane`, from vec4 v on; zero outside.
fn load_row(plane: u32, iy: i32, v: i32, h: u32, w: u32) -> Row {
    var r: Row;
    if (iy < 0 || iy >= i32(h)) {
        return r;
    }
    let row = plane + u32(iy) * w;
    r.a = load_inside(row, v, w);
    r.b = load_inside(row, v + 1, w);
    r.c = load_inside(row, v + 2, w);
    if (V > 3u) {
        r.d = load_inside(row, v + 3, w);
    }
    if (V > 4u) {
        r.e = load_inside(row, v + 4, w);
    }
    if (V > 5u) {
        r.f = load_inside(row, v + 5, w);
    }
    return r;
}
