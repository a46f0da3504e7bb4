// What the 3x3 convolutions read of a row: output vec4 i of a strip by the tap left of the centre,
// at it and right of it. Builds on plane_rows.wgsl.
fn left(r: Row, i: u32) -> vec4<f32> {
    if (STRIDE == 2u) {
        if (i == 0u) {
            return vec4<f32>(r.a.w, r.b.yw, r.c.y);
        }
        return vec4<f32>(r.c.w, r.d.yw, r.e.y);
    }
    if (i == 0u) {
        return vec4<f32>(r.a.w, r.b.xyz);
    }
    return vec4<f32>(r.b.w, r.c.xyz);
}

fn centre(r: Row, i: u32) -> vec4<f32> {
    if (STRIDE == 2u) {
        if (i == 0u) {
            return vec4<f32>(r.b.xz, r.c.xz);
        }
        return vec4<f32>(r.d.xz, r.e.xz);
    }
    if (i == 0u) {
        return r.b;
    }
    return r.c;
}

fn right(r: Row, i: u32) -> vec4<f32> {
    if (STRIDE == 2u) {
        if (i == 0u) {
            return vec4<f32>(r.b.yw, r.c.yw);
        }
        return vec4<f32>(r.d.yw, r.e.yw);
    }
    if (i == 0u) {
        return vec4<f32>(r.b.yzw, r.c.x);
    }
    return vec4<f32>(r.c.yzw, r.d.x);
}
