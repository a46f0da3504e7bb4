// What the kernels block/soft_back*.wgsl share: from a row of dy and the same row of a candidate's
// convolution z to the gradient by z, chance * scale * act'(norm(z)) * dy, and to the gradient by the
// chance; and from the gradient by act(norm(x)) to that by x. soft_back_whole.wgsl or soft_back_any.wgsl
// defines `read_dy(row, v, w)`, `read_z(k, row, v, w)`, `read_x(i)`, `write_dx(i, left, value)` and
// `write_part(i, value)`.

// Sums of dy act(norm(z)).
var<private> by3: vec4<f32>;
var<private> by5: vec4<f32>;
var<private> by7: vec4<f32>;

fn add_chance(k: u32, value: vec4<f32>) {
    switch k {
        case 0u: { by3 += value; }
        case 1u: { by5 += value; }
        default: { by7 += value; }
    }
}

fn gradient(c: Candidate, z: vec4<f32>, dy: vec4<f32>) -> vec4<f32> {
    return c.factor * (act_grad4(normed(c.norm, z)) * dy);
}

fn chance(c: Candidate, z: vec4<f32>, dy: vec4<f32>, v: i32, w: i32) -> vec4<f32> {
    return cut(dy * act4(normed(c.norm, z)), v, w);
}

// The gradient by z of candidate k in the row that begins at value `row`, from vec4 v on. `mine` says
// whether the row is of this band, whose strips count it.
fn gradient_row(k: u32, c: Candidate, dy: Row, row: u32, v: i32, w: u32, mine: bool) -> Row {
    let z = read_z(k, row, v, w);
    if (mine) {
        var sum = chance(c, z.b, dy.b, v + 1, i32(w));
        if (S > 1u) {
            sum += chance(c, z.c, dy.c, v + 2, i32(w));
        }
        if (S > 2u) {
            sum += chance(c, z.d, dy.d, v + 3, i32(w));
            sum += chance(c, z.e, dy.e, v + 4, i32(w));
        }
        add_chance(k, sum);
    }
    let all = Row(
        gradient(c, z.a, dy.a), gradient(c, z.b, dy.b), gradient(c, z.c, dy.c),
        gradient(c, z.d, dy.d), gradient(c, z.e, dy.e), gradient(c, z.f, dy.f),
    );
    return cut_row(all, v, i32(w));
}

// Takes da, the gradient by four values of act(norm(x)), from value 4v of a row of x on.
fn finish_four(row: u32, v: u32, w: u32, da: vec4<f32>) {
    if (4u * v < w) {
        let at = row + 4u * v;
        let dx = i_norm.z * (act_grad4(normed(i_norm, read_x(at))) * da);
        write_dx(at, w - 4u * v, dx);
    }
}

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

fn finish_chances(i: u32) {
    write_part(i, vec4<f32>(total(by3), total(by5), total(by7), 0.0));
}
