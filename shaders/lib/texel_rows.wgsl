// Rows of a plane that are read in bulk, in place of plane_rows.wgsl. The kernel defines
// `read_row(row, v, w)`, the vec4s from v on of a row of w values that begins at value `row`; what
// it gives outside the row may be anything. No branches: texels cost the same wherever they lie.
fn cut(value: vec4<f32>, v: i32, width: i32) -> vec4<f32> {
    let i = 4 * v + vec4<i32>(0, 1, 2, 3);
    return select(vec4<f32>(), value, (i >= vec4<i32>(0)) & (i < vec4<i32>(width)));
}

// Row iy of the plane of h by w values that begins at `plane`, from vec4 v on; zero outside.
fn load_row(plane: u32, iy: i32, v: i32, h: u32, w: u32) -> Row {
    let known = iy >= 0 && iy < i32(h);
    // A row that is not known has no width.
    let width = select(0u, w, known);
    let all = read_row(plane + select(0u, u32(iy), known) * w, v, width);
    var r: Row;
    if (!ALONE) {
        r.a = cut(all.a, v, i32(width));
    }
    r.b = cut(all.b, v + 1, i32(width));
    if (V > 3u || !ALONE) {
        r.c = cut(all.c, v + 2, i32(width));
    }
    if (V > 4u || (V > 3u && !ALONE)) {
        r.d = cut(all.d, v + 3, i32(width));
    }
    if (V > 5u) {
        r.e = cut(all.e, v + 4, i32(width));
    }
    if (V > 5u && !ALONE) {
        r.f = cut(all.f, v + 5, i32(width));
    }
    return r;
}
