// Place of an invocation in a dispatch that `groups_1d` folded into two dimensions.
fn linear_index(wg: vec3<u32>, groups: vec3<u32>, size: u32, local: u32) -> u32 {
    return (wg.y * groups.x + wg.x) * size + local;
}
