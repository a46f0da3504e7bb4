// A candidate whose probability does not exceed this takes no part; a NaN does.
const LEAST: f32 = 0.01;

fn kept(probability: f32) -> bool {
    return !(probability <= LEAST);
}
