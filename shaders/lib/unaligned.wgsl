// The four values that begin `at` places into the quad `a`, which `b` follows; for `at` = 0 `b` may
// be anything.
fn unaligned(a: vec4<f32>, b: vec4<f32>, at: u32) -> vec4<f32> {
    let even = select(a, vec4<f32>(a.zw, b.xy), at > 1u);
    let odd = select(vec4<f32>(a.yzw, b.x), vec4<f32>(a.w, b.xyz), at > 1u);
    return select(even, odd, (at & 1u) == 1u);
}

