// How what the kernels of a soft block read of a channel lies, in vec4s: the norm of the input, two of
// each candidate k3, k5, k7, then two of each row of their taps, d = -3..0 and 1..3 around the centre.
const TERMS: u32 = 37u;
const TAPS: u32 = 7u;

// The candidates' rows of taps, one after the other.
const ROWS: u32 = 15u;

fn candidate_at(k: u32, channel: u32) -> u32 {
    return channel * TERMS + 1u + 2u * k;
}

fn taps_at(row: u32, channel: u32) -> u32 {
    return channel * TERMS + TAPS + 2u * row;
}
