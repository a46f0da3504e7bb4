// How block/soft_back.wgsl and block/soft_back_up.wgsl read and write: rows of whole vec4s.
fn read_dy(row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    return Row(
        dy_quad(q), dy_quad(q + 1u), dy_quad(q + 2u), dy_quad(q + 3u), dy_quad(q + 4u), dy_quad(q + 5u),
    );
}

fn read_z(k: u32, row: u32, v: i32, w: u32) -> Row {
    let q = row / 4u + u32(v);
    switch k {
        case 0u: {
            return Row(
                z3_quad(q), z3_quad(q + 1u), z3_quad(q + 2u), z3_quad(q + 3u), z3_quad(q + 4u), z3_quad(q + 5u),
            );
        }
        case 1u: {
            return Row(
                z5_quad(q), z5_quad(q + 1u), z5_quad(q + 2u), z5_quad(q + 3u), z5_quad(q + 4u), z5_quad(q + 5u),
            );
        }
        default: {
            return Row(
                z7_quad(q), z7_quad(q + 1u), z7_quad(q + 2u), z7_quad(q + 3u), z7_quad(q + 4u), z7_quad(q + 5u),
            );
        }
    }
}

fn read_x(i: u32) -> vec4<f32> {
    return load4(x[i / 4u]);
}

fn write_dx(i: u32, left: u32, value: vec4<f32>) {
    dx[i / 4u] = store4(value);
}

fn write_part(i: u32, value: vec4<f32>) {
    parts[i] = store4(value);
}
