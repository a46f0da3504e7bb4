// Beside depthwise_back.wgsl: z and g where rows are whole vec4s.

// All four values: in whole rows none lies outside.
fn inside(value: vec4<f32>, left: u32) -> vec4<f32> {
    return value;
}

// Four values of z from value i on, of which `left` lie in the row.
fn read_z(i: u32, left: u32) -> vec4<f32> {
    return z_quad(i / 4u);
}

// The same of g.
fn write_g(i: u32, left: u32, value: vec4<f32>) {
    g[i / 4u] = store4(value);
}
