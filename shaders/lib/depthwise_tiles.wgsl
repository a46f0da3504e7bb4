// What block/depthwise_tiles*.wgsl share, beside `depthwise`: all groups of channels, each with its own
// kernel size, in one dispatch. A workgroup has one channel of a chunk of images: it brings the rows
// around a piece of their planes into workgroup memory, so that each value is normed once, and an
// invocation takes two rows of one vec4 of columns. The kernel defines `weight(i)` and
// `fresh(i, left)`: four values from value i on, of which `left` lie in the row, the others zero.

override LANES: u32 = 128u;

var<workgroup> tile: array<vec4<f32>, 512>;
var<workgroup> folds: array<vec4<f32>, 256>;
var<workgroup> folded: array<vec4<f32>, 16>;
var<workgroup> taps_of: array<Taps, 7>;

// What a workgroup has to do.
struct Job {
    k: u32,      // kernel size
    c: u32,      // channel of all
    within: u32, // channel of its group
    group: u32,
    chunk: u32,  // of images
    n0: u32,     // its first image
    images: u32, // how many it has
    band: u32,
    strip: u32,
}

fn jobs() -> u32 {
    return p.total * p.strips * p.bands * p.chunks;
}

// Channels lie fastest, as in memory.
fn job(w: u32) -> Job {
    let c = w % p.total;
    let piece = w / p.total;
    let strip = piece % p.strips;
    let band = (piece / p.strips) % p.bands;
    let chunk = piece / (p.strips * p.bands);
    let group = c / p.count;
    let n0 = chunk * p.chunk;
    return Job(
        3u + 2u * ((p.sizes >> (2u * group)) & 3u), c, c - group * p.count, group,
        chunk, n0, min(p.chunk, p.images - n0), band, strip,
    );
}

// Where the kernels of a group begin.
fn taps_start(group: u32) -> u32 {
    switch group {
        case 0u: { return p.taps0; }
        case 1u: { return p.taps1; }
        case 2u: { return p.taps2; }
        case 3u: { return p.taps3; }
        case 4u: { return p.taps4; }
        default: { return p.taps5; }
    }
}

fn tap(k: u32, first: u32, ky: u32, d: i32, turned: bool) -> f32 {
    let i = ky * k + u32(i32(k / 2u) + d);
    return weight(first + select(i, k * k - 1u - i, turned));
}

// Row ky of the channel's kernel, or of it turned around.
fn tap_row(j: Job, ky: u32, turned: bool) -> Taps {
    let first = taps_start(j.group) + j.within * j.k * j.k;
    var t: Taps;
    t.l.z = tap(j.k, first, ky, -1, turned);
    t.l.w = tap(j.k, first, ky, 0, turned);
    t.r.x = tap(j.k, first, ky, 1, turned);
    if (j.k > 3u) {
        t.l.y = tap(j.k, first, ky, -2, turned);
        t.r.y = tap(j.k, first, ky, 2, turned);
    }
    if (j.k > 5u) {
        t.l.x = tap(j.k, first, ky, -3, turned);
        t.r.z = tap(j.k, first, ky, 3, turned);
    }
    return t;
}

// Rows of a plane in workgroup memory: `top` to `bottom`, from vec4 v on.
struct Window {
    top: u32,
    bottom: u32,
    v: i32,
    pitch: u32, // vec4s of a row
}

fn slot(win: Window) -> u32 {
    return (win.bottom - win.top) * win.pitch;
}

// Brings the windows of the job's images, of planes of h by w, and its taps; ends with a barrier.
fn bring(local: u32, j: Job, win: Window, h: u32, w: u32, turned: bool) {
    if (local < j.k) {
        taps_of[local] = tap_row(j, local, turned);
    }
    let size = slot(win);
    for (var i = local; i < size * j.images; i += LANES) {
        let image = i / size;
        let at = i - image * size;
        let row = at / win.pitch;
        let v = win.v + i32(at - row * win.pitch);
        var value = vec4<f32>();
        if (v >= 0 && u32(v) * 4u < w) {
            let plane = ((j.n0 + image) * p.total + j.c) * (h * w);
            value = fresh(plane + (win.top + row) * w + u32(v) * 4u, w - u32(v) * 4u);
        }
        tile[i] = value;
    }
    workgroupBarrier();
}

// What lies at a place of the workgroup's memory, or zeros.
fn held(at: u32, known: bool) -> vec4<f32> {
    return select(vec4<f32>(), tile[select(0u, at, known)], known);
}

// The sums over the workgroup, in a fixed order, of two vec4s an invocation. Between its two barriers
// `folded` is written, which all have read that were here before.
fn fold(local: u32, a: vec4<f32>, b: vec4<f32>) -> Taps {
    folds[local] = a;
    folds[LANES + local] = b;
    workgroupBarrier();
    if (local < 16u) {
        let each = LANES / 8u;
        var sum = folds[local * each];
        for (var i = 1u; i < each; i++) {
            sum += folds[local * each + i];
        }
        folded[local] = sum;
    }
    workgroupBarrier();
    var t = Taps(folded[0], folded[8]);
    for (var i = 1u; i < 8u; i++) {
        t.l += folded[i];
        t.r += folded[8u + i];
    }
    return t;
}

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}
