// What convolutions read of a row at a time, in vec4s.
override STRIDE: u32 = 1u;
// Output vec4s of a strip: 1, 2 or 4 at stride 1, 1 or 2 at stride 2.
override S: u32 = 1u;
// Vec4s that a strip reads of a row: its own and one on each side.
override V: u32 = S * STRIDE + 2u;
// The strip takes the whole row: what lies beside it is zero.
override ALONE: bool = false;

struct Row {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
    f: vec4<f32>,
}

