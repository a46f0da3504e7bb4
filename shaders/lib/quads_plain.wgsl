// Four values as storage holds them: here as they are. Stands before every kernel.
alias quad = vec4<f32>;

fn load4(q: quad) -> vec4<f32> {
    return q;
}

fn store4(v: vec4<f32>) -> quad {
    return v;
}

// The same for what a kernel reads in bulk, through NAME_quad and NAME_four alone.
alias texel = vec4<f32>;

// Two values of it.
alias pair = vec2<f32>;
