//! use linear soft_layout
//! What the kernels of a soft block read of each channel's norms and chances, beside the taps of
//! search/soft_taps.wgsl: that of the input, (mean, 1/std, scale, shift), then by candidate k3, k5, k7
//! that of its output and (scale * chance, chance, kept, 0). A candidate whose chance does not exceed
//! 0.01 is left out: kept and chance are 0. Host: src/ops/soft_depthwise/passes.rs.

struct Params {
    channels: u32,
    block: u32, // channels of a sub-block
}

@group(0) @binding(0) var<uniform> p: Params;
// By sub-block: k3, k5, k7, skip.
@group(0) @binding(1) var<storage, read> chances: array<quad>;
// By channel (mean, 1/std, scale, shift) of the input.
@group(0) @binding(2) var<storage, read> input: array<quad>;
// The same of the outputs of k3, k5, k7.
@group(0) @binding(3) var<storage, read> output3: array<quad>;
@group(0) @binding(4) var<storage, read> output5: array<quad>;
@group(0) @binding(5) var<storage, read> output7: array<quad>;
@group(0) @binding(6) var<storage, read_write> terms: array<quad>;

const LEAST: f32 = 0.01;

fn write(k: u32, channel: u32, output: vec4<f32>, chance: f32) {
    // A NaN takes part, so that it shows.
    let kept = !(chance <= LEAST);
    let share = select(0.0, chance, kept);
    let at = candidate_at(k, channel);
    terms[at] = store4(output);
    terms[at + 1u] = store4(vec4<f32>(output.z * share, share, select(0.0, 1.0, kept), 0.0));
}

@compute @workgroup_size(64)
fn soft_terms(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let channel = linear_index(wg, groups, 64u, local);
    if (channel >= p.channels) {
        return;
    }
    let chance = load4(chances[channel / p.block]);
    terms[channel * TERMS] = store4(load4(input[channel]));
    write(0u, channel, load4(output3[channel]), chance.x);
    write(1u, channel, load4(output5[channel]), chance.y);
    write(2u, channel, load4(output7[channel]), chance.z);
}
