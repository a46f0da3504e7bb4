// As bulk_quads.wgsl, for pairs, whose reads may begin anywhere.
@group(0) @binding(NUMBER) var<storage, read> NAME: array<pair>;

// Four values from value i on.
fn NAME_four(i: u32) -> vec4<f32> {
    let q = i / 2u;
    let l = load2(NAME[q]);
    let m = load2(NAME[q + 1u]);
    if ((i & 1u) == 0u) {
        return vec4<f32>(l, m);
    }
    return vec4<f32>(l.y, m, load2(NAME[q + 2u]).x);
}

