// Binary operations by number, the host's `Binary`: 0 sum, 1 product, 2 quotient, 3 the first.
override OP: u32 = 0u;

fn combine(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    switch OP {
        case 1u: { return a * b; }
        case 2u: { return a / b; }
        case 3u: { return a; }
        default: { return a + b; }
    }
}
