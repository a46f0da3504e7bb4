// Rows of a plane that are read in bulk, in place of plane_rows.wgsl, beside `cut_rows`. The kernel
// defines `read_row(row, v, w)`, the vec4s from v on of a row of w values that begins at value `row`;
// what it gives outside the row may be anything.

// Row iy of the plane of h by w values that begins at `plane`, from vec4 v on; zero outside.
fn load_row(plane: u32, iy: i32, v: i32, h: u32, w: u32) -> Row {
    let known = iy >= 0 && iy < i32(h);
    // A row that is not known has no width.
    let width = select(0u, w, known);
    let all = read_row(plane + select(0u, u32(iy), known) * w, v, width);
    return cut_row(all, v, i32(width));
}
