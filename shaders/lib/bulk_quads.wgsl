// What a kernel reads in bulk, as quads: written out for each such binding, since WGSL functions
// take no storage arrays.
@group(0) @binding(NUMBER) var<storage, read> NAME: array<texel>;

// Values 4i .. 4i + 3.
fn NAME_quad(i: u32) -> vec4<f32> {
    return NAME[i];
}

// Four values from value i on.
fn NAME_four(i: u32) -> vec4<f32> {
    return unaligned(NAME_quad(i / 4u), NAME_quad((i + 3u) / 4u), i % 4u);
}

