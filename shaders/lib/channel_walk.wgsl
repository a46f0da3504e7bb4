// The walk of an invocation over its share of a channel of a tensor [p.images, p.channels,
// p.values]: `p.lanes` invocations walk side by side over each plane, in chunks of four values, then
// over what is left, for `p.per` images of one of `p.splits` parts.
struct Walk {
    // Number of the invocation: (channel * splits + split) * lanes + lane.
    id: u32,
    channel: u32,
    lane: u32,
    // Images of the part: none where there is no such channel.
    image: u32,
    end: u32,
}

fn walk_start(id: u32) -> Walk {
    let part = id / p.lanes;
    let channel = part / p.splits;
    let image = (part % p.splits) * p.per;
    let end = select(0u, min(image + p.per, p.images), channel < p.channels);
    return Walk(id, channel, id % p.lanes, image, end);
}

// First value of the channel's plane in an image.
fn plane_start(w: Walk, image: u32) -> u32 {
    return (image * p.channels + w.channel) * p.values;
}
