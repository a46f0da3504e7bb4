// As bulk_quads.wgsl, for a texture.
@group(0) @binding(NUMBER) var NAME: texture_2d<f32>;

fn NAME_quad(i: u32) -> vec4<f32> {
    return textureLoad(NAME, texel_place(i), 0);
}

fn NAME_four(i: u32) -> vec4<f32> {
    return unaligned(NAME_quad(i / 4u), NAME_quad((i + 3u) / 4u), i % 4u);
}

