//! 8 chains of vec4 multiply-adds, `turns` times each: the arithmetic ceiling of an adapter, no
//! memory traffic. Host: src/measure/ceilings.rs.

struct Params {
    turns: u32,
    factor: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn multiply_add(@builtin(global_invocation_id) id: vec3<u32>) {
    let f = vec4<f32>(p.factor);
    var a = vec4<f32>(f32(id.x));
    var b = a + 1.0;
    var c = a + 2.0;
    var d = a + 3.0;
    var e = a + 4.0;
    var g = a + 5.0;
    var h = a + 6.0;
    var i = a + 7.0;
    for (var t = 0u; t < p.turns; t++) {
        a = fma(a, f, f);
        b = fma(b, f, f);
        c = fma(c, f, f);
        d = fma(d, f, f);
        e = fma(e, f, f);
        g = fma(g, f, f);
        h = fma(h, f, f);
        i = fma(i, f, f);
    }
    y[id.x] = store4(a + b + c + d + e + g + h + i);
}
