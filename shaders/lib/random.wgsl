// Counter-based randomness: the hash of O'Neill's PCG family (RXS-M-XS, 32 bits), bijective, so that
// numbers depend on nothing but what is hashed. The host has the same function.
fn pcg(v: u32) -> u32 {
    let state = v * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

// Draw number `k` of what `key` stands for.
fn draw(key: u32, k: u32) -> u32 {
    return pcg(key + k * 0x9E3779B9u);
}
