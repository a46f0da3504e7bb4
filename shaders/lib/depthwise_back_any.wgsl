// Beside depthwise_back.wgsl: z and g where rows have any width.

// The first `left` of four values, and zeros.
fn inside(value: vec4<f32>, left: u32) -> vec4<f32> {
    return select(vec4<f32>(), value, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

// Four values of z from value i on, of which `left` lie in the row.
fn read_z(i: u32, left: u32) -> vec4<f32> {
    return z_four(i);
}

// The same of g.
fn write_g(i: u32, left: u32, value: vec4<f32>) {
    g_put(i, left, value);
}
