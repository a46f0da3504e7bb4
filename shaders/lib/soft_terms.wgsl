// What search/soft_terms.wgsl leaves, for kernels that walk over channels: by candidate `p.pitch`
// vec4s, in which the norms of its output begin at `p.norms`, two a channel: (mean, 1/std, scale,
// shift) and (scale * chance, chance, kept, 0).
struct Candidate {
    norm: vec4<f32>,
    chance: f32,
    kept: bool,
}

fn candidate(k: u32, channel: u32) -> Candidate {
    let i = k * p.pitch + p.norms + 2u * min(channel, p.channels - 1u);
    let more = load4(terms[i + 1u]);
    return Candidate(load4(terms[i]), more.y, more.z != 0.0);
}

// act(norm(z)).
fn normed(c: Candidate, z: vec4<f32>) -> vec4<f32> {
    return act4((z - c.norm.x) * c.norm.z + c.norm.w);
}
