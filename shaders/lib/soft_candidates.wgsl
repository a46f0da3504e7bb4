// What the kernels of a soft block know of a channel, read of `terms`, beside `soft_layout`,
// `depthwise`, `row` and `depthwise_apply`.
struct Candidate {
    norm: vec4<f32>, // mean, 1/std, scale, shift of its output
    factor: f32,     // scale * chance
    chance: f32,
    kept: bool,
}

var<private> i_norm: vec4<f32>; // mean, 1/std, scale, shift of the input
var<private> c3: Candidate;
var<private> c5: Candidate;
var<private> c7: Candidate;
// Rows of taps.
var<private> t30: Taps; var<private> t31: Taps; var<private> t32: Taps;
var<private> t50: Taps; var<private> t51: Taps; var<private> t52: Taps; var<private> t53: Taps;
var<private> t54: Taps;
var<private> t70: Taps; var<private> t71: Taps; var<private> t72: Taps; var<private> t73: Taps;
var<private> t74: Taps; var<private> t75: Taps; var<private> t76: Taps;

fn candidate(k: u32, channel: u32) -> Candidate {
    let at = candidate_at(k, channel);
    let more = load4(terms[at + 1u]);
    return Candidate(load4(terms[at]), more.x, more.y, more.z != 0.0);
}

fn taps_of(row: u32, channel: u32) -> Taps {
    let at = taps_at(row, channel);
    return Taps(load4(terms[at]), load4(terms[at + 1u]));
}

fn start_channel(channel: u32) {
    i_norm = load4(terms[channel * TERMS]);
    c3 = candidate(0u, channel);
    c5 = candidate(1u, channel);
    c7 = candidate(2u, channel);
    t30 = taps_of(0u, channel);
    t31 = taps_of(1u, channel);
    t32 = taps_of(2u, channel);
    t50 = taps_of(3u, channel);
    t51 = taps_of(4u, channel);
    t52 = taps_of(5u, channel);
    t53 = taps_of(6u, channel);
    t54 = taps_of(7u, channel);
    t70 = taps_of(8u, channel);
    t71 = taps_of(9u, channel);
    t72 = taps_of(10u, channel);
    t73 = taps_of(11u, channel);
    t74 = taps_of(12u, channel);
    t75 = taps_of(13u, channel);
    t76 = taps_of(14u, channel);
}

// norm(z), before the activation.
fn normed(norm: vec4<f32>, z: vec4<f32>) -> vec4<f32> {
    return (z - norm.x) * norm.z + norm.w;
}
