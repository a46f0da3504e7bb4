// How block/soft_back_odd.wgsl and block/soft_back_up_odd.wgsl read and write: rows of any width.
fn read_dy(row: u32, v: i32, w: u32) -> Row {
    return dy_row(row, v, w);
}

fn read_z(k: u32, row: u32, v: i32, w: u32) -> Row {
    switch k {
        case 0u: { return z3_row(row, v, w); }
        case 1u: { return z5_row(row, v, w); }
        default: { return z7_row(row, v, w); }
    }
}

fn read_x(i: u32) -> vec4<f32> {
    return x_four(i);
}

fn write_dx(i: u32, left: u32, value: vec4<f32>) {
    dx_put(i, left, value);
}

fn write_part(i: u32, value: vec4<f32>) {
    parts[i] = store4(value);
}
