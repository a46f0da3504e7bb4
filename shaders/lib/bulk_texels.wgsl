// As bulk_quads.wgsl, for a texture.
@group(0) @binding(NUMBER) var NAME: texture_storage_2d<rgba32float, read>;

fn NAME_quad(i: u32) -> vec4<f32> {
    return textureLoad(NAME, texel_place(i));
}

fn NAME_four(i: u32) -> vec4<f32> {
    return unaligned(NAME_quad(i / 4u), NAME_quad((i + 3u) / 4u), i % 4u);
}

