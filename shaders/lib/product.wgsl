// a b^T of two vectors, stored by columns: column i is a[i] * b, a row of the product.
fn outer(a: vec4<f32>, b: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(b * a.x, b * a.y, b * a.z, b * a.w);
}
