// Four values as storage holds them: here as they are. Stands before every kernel.
alias quad = vec4<f32>;

fn load4(q: quad) -> vec4<f32> {
    return q;
}

fn store4(v: vec4<f32>) -> quad {
    return v;
}

// Two values.
alias pair = vec2<f32>;

fn load2(q: pair) -> vec2<f32> {
    return q;
}

fn store2(v: vec2<f32>) -> pair {
    return v;
}

// Four values of what a kernel reads in bulk, through NAME_quad and NAME_four alone.
alias texel = vec4<f32>;
