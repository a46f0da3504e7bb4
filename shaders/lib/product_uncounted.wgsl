// Beside product_shared.wgsl, for a product that leaves nothing but itself.
fn count_rows(i: u32, left: u32, fresh: bool, c: mat4x4<f32>) {}

fn end_rows(m: u32, run: u32, lane: u32) {}
