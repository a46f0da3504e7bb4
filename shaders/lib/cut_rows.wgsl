// What of a row of vec4s lies inside, beside `row`. No branches: texels cost the same wherever they lie.
fn cut(value: vec4<f32>, v: i32, width: i32) -> vec4<f32> {
    let i = 4 * v + vec4<i32>(0, 1, 2, 3);
    return select(vec4<f32>(), value, (i >= vec4<i32>(0)) & (i < vec4<i32>(width)));
}

// What of the vec4s from v on lies in a row of so many values; zero outside.
fn cut_row(all: Row, v: i32, width: i32) -> Row {
    var r: Row;
    if (!ALONE) {
        r.a = cut(all.a, v, width);
    }
    r.b = cut(all.b, v + 1, width);
    if (V > 3u || !ALONE) {
        r.c = cut(all.c, v + 2, width);
    }
    if (V > 4u || (V > 3u && !ALONE)) {
        r.d = cut(all.d, v + 3, width);
    }
    if (V > 5u) {
        r.e = cut(all.e, v + 4, width);
    }
    if (V > 5u && !ALONE) {
        r.f = cut(all.f, v + 5, width);
    }
    return r;
}
