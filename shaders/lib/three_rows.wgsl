// Three vec4s of a row, beside `depthwise_threes` and `texel_rows`.
fn load_three(plane: u32, oy: i32, v: i32, ho: u32, wo: u32) -> Three {
    let r = load_row(plane, oy, v - 1, ho, wo);
    return Three(r.a, r.b, r.c);
}

// The kernel row at distance d from the centre.
fn row_of(d: i32) -> u32 {
    return u32(i32(K / 2u) + d);
}
