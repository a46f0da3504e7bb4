// Beside product_shared.wgsl: the right factor is b, or with NORM act(norm(b)), which the kernel reads
// by `load_b(at, left)` and `norm_quad(k)`, (mean, 1/std, scale, shift).
fn coefficients(k: u32) -> vec4<f32> {
    return norm_quad(k);
}

fn right(n: vec4<f32>, at: u32, left: u32) -> vec4<f32> {
    let b = load_b(at, left);
    if (NORM == 1u) {
        return act4((b - n.x) * n.z + n.w);
    }
    return b;
}
