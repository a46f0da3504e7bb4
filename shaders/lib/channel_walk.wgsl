// The walk of an invocation over its share of a channel of an NCHW tensor. `p.lanes` invocations
// walk side by side over `p.per` items (values, or vec4 of them) of one of the channel's `p.splits`
// parts; a channel has `p.images` planes of `p.plane` items.
struct Walk {
    // Number of the invocation: (channel * splits + split) * lanes + lane.
    id: u32,
    channel: u32,
    // Items of the part that are left: from `item` to `end` in steps of `p.lanes`.
    item: u32,
    end: u32,
    // Place of the item.
    image: u32,
    at: u32,
    step_image: u32,
    step_at: u32,
}

fn walk_start(id: u32) -> Walk {
    var w: Walk;
    w.id = id;
    let part = id / p.lanes;
    w.channel = part / p.splits;
    let first = (part % p.splits) * p.per;
    w.item = first + id % p.lanes;
    w.end = min(first + p.per, p.images * p.plane);
    if (w.channel >= p.channels) {
        w.end = 0u;
    }
    w.image = w.item / p.plane;
    w.at = w.item % p.plane;
    w.step_image = p.lanes / p.plane;
    w.step_at = p.lanes % p.plane;
    return w;
}

fn walk_index(w: Walk) -> u32 {
    return (w.image * p.channels + w.channel) * p.plane + w.at;
}

fn walk_next(w: ptr<function, Walk>) {
    (*w).item += p.lanes;
    (*w).image += (*w).step_image;
    (*w).at += (*w).step_at;
    if ((*w).at >= p.plane) {
        (*w).at -= p.plane;
        (*w).image += 1u;
    }
}
