// Four values as storage holds them: here two words of 64 bits. Stands before every kernel on
// software drivers, which load and store each lane's words one by one, so that half as many words
// take half the time. What a kernel reads in bulk is a texture there: see src/gpu/shader.rs.
alias quad = vec2<u64>;

fn load4(q: quad) -> vec4<f32> {
    let bits = vec4<u32>(u32(q.x), u32(q.x >> 32u), u32(q.y), u32(q.y >> 32u));
    return bitcast<vec4<f32>>(bits);
}

fn store4(v: vec4<f32>) -> quad {
    let bits = bitcast<vec4<u32>>(v);
    return quad(u64(bits.x) | (u64(bits.y) << 32u), u64(bits.z) | (u64(bits.w) << 32u));
}

// Two values: one word.
alias pair = u64;

fn load2(q: pair) -> vec2<f32> {
    return bitcast<vec2<f32>>(vec2<u32>(u32(q), u32(q >> 32u)));
}

fn store2(v: vec2<f32>) -> pair {
    let bits = bitcast<vec2<u32>>(v);
    return u64(bits.x) | (u64(bits.y) << 32u);
}

// Texel i of a texture whose rows are 1,024 texels.
fn texel_place(i: u32) -> vec2<u32> {
    return vec2<u32>(i & 1023u, i >> 10u);
}
