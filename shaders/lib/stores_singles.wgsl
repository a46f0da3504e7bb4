// Stands where a kernel declares an `array<single>`, and in the kernel that its file names `in pairs`
// stores_pairs.wgsl does: four values of a row at a time, of which `left` lie in the row, at least one.
@group(0) @binding(NUMBER) var<storage, read_write> NAME: array<f32>;

fn NAME_put(i: u32, left: u32, value: vec4<f32>) {
    for (var k = 0u; k < min(left, 4u); k++) {
        NAME[i + k] = value[k];
    }
}
