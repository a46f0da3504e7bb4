// Geometry of a pooling window, from the kernel's `p`: h, w, oh, ow, kernel, stride, padding.

// The rows or columns of the input under place `o`: first and end, clipped to `extent`.
fn window(o: u32, extent: u32) -> vec2<u32> {
    let end = o * p.stride + p.kernel;
    let first = max(o * p.stride, p.padding) - p.padding;
    return vec2<u32>(first, min(end - min(end, p.padding), extent));
}

// The outputs whose window holds row or column `i`: first and end, clipped to `outputs`.
fn holders(i: u32, outputs: u32) -> vec2<u32> {
    let at = i + p.padding;
    var first = 0u;
    if (at >= p.kernel) {
        first = (at - p.kernel) / p.stride + 1u;
    }
    return vec2<u32>(first, min(at / p.stride + 1u, outputs));
}
