// Activations by number, the host's `Activation`: 0 identity, 1 ReLU, 2 ReLU6, 3 h-swish,
// 4 h-sigmoid, 5 sigmoid, 6 swish. NaN passes through ReLU and ReLU6 by its bits: GPUs' compilers make
// a comparison and a select into a minimum or maximum, which drops it.
override ACT: u32 = 0u;

fn sigmoid(x: vec4<f32>) -> vec4<f32> {
    // exp of a positive number could overflow: only exp(-|x|) is taken.
    let e = exp(-abs(x));
    return select(e, vec4<f32>(1.0), x >= vec4<f32>(0.0)) / (1.0 + e);
}

// y, but x where x is NaN.
fn or_nan(y: vec4<f32>, x: vec4<f32>) -> vec4<f32> {
    return select(y, x, (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u));
}

fn clamp06(x: vec4<f32>) -> vec4<f32> {
    return or_nan(clamp(x, vec4<f32>(0.0), vec4<f32>(6.0)), x);
}

fn act4(x: vec4<f32>) -> vec4<f32> {
    switch ACT {
        case 1u: { return or_nan(max(x, vec4<f32>(0.0)), x); }
        case 2u: { return clamp06(x); }
        case 3u: { return x * clamp06(x + 3.0) / 6.0; }
        case 4u: { return clamp06(x + 3.0) / 6.0; }
        case 5u: { return sigmoid(x); }
        case 6u: { return x * sigmoid(x); }
        default: { return x; }
    }
}

// The derivative; at kinks 0 for ReLU, ReLU6 and h-sigmoid, and 0 at -3, 1 at 3 for h-swish.
fn act_grad4(x: vec4<f32>) -> vec4<f32> {
    let zero = vec4<f32>(0.0);
    let one = vec4<f32>(1.0);
    switch ACT {
        case 1u: { return select(zero, one, x > zero); }
        case 2u: { return select(zero, one, (x > zero) & (x < vec4<f32>(6.0))); }
        case 3u: {
            let inside = select(zero, (2.0 * x + 3.0) / 6.0, x > vec4<f32>(-3.0));
            return select(inside, one, x >= vec4<f32>(3.0));
        }
        case 4u: {
            return select(zero, vec4<f32>(1.0 / 6.0), (x > vec4<f32>(-3.0)) & (x < vec4<f32>(3.0)));
        }
        case 5u: {
            let s = sigmoid(x);
            return s * (1.0 - s);
        }
        case 6u: {
            let s = sigmoid(x);
            return s * (1.0 + x * (1.0 - s));
        }
        default: { return one; }
    }
}
