// As stores_singles.wgsl, for rows of even width: where a lane's words are stored one by one, half as
// many take half the time.
@group(0) @binding(NUMBER) var<storage, read_write> NAME: array<pair>;

fn NAME_put(i: u32, left: u32, value: vec4<f32>) {
    NAME[i / 2u] = store2(value.xy);
    if (left > 2u) {
        NAME[i / 2u + 1u] = store2(value.zw);
    }
}
