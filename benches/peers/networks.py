"""The networks whose training steps `sgnas bench step` times, in PyTorch.

Shapes come from the presets, and from `src/measure/reference.rs` for the reference network. Every
network here computes what ours computes; how a path is chosen costs nothing, since the only path
timed is fixed: its weights lie as the convolutions want them.
"""

import tomllib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

SUB_BLOCKS = 6
KERNELS = (3, 5, 7)
PRUNE_BELOW = 0.01
PRESETS = Path(__file__).resolve().parents[2] / "assets" / "presets"


class Space:
    """A preset: its sections, and for each searchable layer (c_in, c_out, stride, side before it)."""

    def __init__(self, preset):
        self.config = tomllib.loads((PRESETS / f"{preset}.toml").read_text())
        s = self.config["space"]
        self.input, self.classes, self.last = s["input"], s["classes"], s["last_channels"]
        self.stem, self.first, self.prior_maps = s["stem"], s["first"], s["hc_dim"]
        self.range = (s["constraint_low"], s["constraint_high"])
        side = -(-self.input[1] // self.stem["stride"])
        self.stem_side, c_in, self.layers = side, self.first["channels"], []
        for layer in s["layers"]:
            self.layers.append((c_in, layer["channels"], layer["stride"], side))
            c_in, side = layer["channels"], -(-side // layer["stride"])
        self.last_side = side

    def middle(self):
        """The path timed: expansion 4 in every layer, kernels in turn, layer l beginning with the
        l-th (`Architecture::middle`)."""
        return [[KERNELS[(l + b) % 3] for b in range(4)] for l in range(len(self.layers))]

    def params(self):
        """Parameters of the supernet: every candidate with its norm, five shadow norms a layer."""
        stem, first = self.stem["channels"], self.first["channels"]
        n = stem * (self.input[0] * self.stem["kernel"] ** 2 + 2)
        n += stem * (self.first["kernel"] ** 2 + 2) + first * (stem + 2)
        for c, c_out, _, _ in self.layers:
            candidates = sum(k * k + 2 for k in KERNELS)
            n += 6 * c * (c + 2) + 6 * c * candidates + 6 * c * c_out + 5 * 2 * c_out
        return n + self.last * (self.layers[-1][1] + 2) + (self.last + 1) * self.classes

    def costs(self):
        """Multiply-accumulates that no choice changes, and each layer's: three candidates of a
        sub-block, expansion and projection at expansion 6."""
        stem, area = self.stem["channels"], self.stem_side**2
        fixed = stem * self.input[0] * self.stem["kernel"] ** 2 * area
        fixed += stem * (self.first["kernel"] ** 2 + self.first["channels"]) * area
        fixed += self.layers[-1][1] * self.last * self.last_side**2
        rows = []
        for c, c_out, stride, side in self.layers:
            out = (-(-side // stride)) ** 2
            depthwise = [c * k * k * out for k in KERNELS]
            rows.append(depthwise + [6 * c * c * side * side, 6 * c * c_out * out])
        return fixed, rows


def conv(c_in, c_out, kernel=1, stride=1, groups=1, bias=False):
    """A convolution padded by half its kernel."""
    return nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=bias)


def unit(c_in, c_out, kernel=1, stride=1, groups=1, act=True):
    """Convolution, batch norm and ReLU6, the last as a choice."""
    parts = [conv(c_in, c_out, kernel, stride, groups), nn.BatchNorm2d(c_out)]
    return nn.Sequential(*parts, *([nn.ReLU6(inplace=True)] if act else []))


class MixedBlock(nn.Module):
    """An inverted bottleneck of one kernel a sub-block: only the channels of the kept sub-blocks, and
    one depthwise convolution a kernel size, its sub-blocks side by side."""

    def __init__(self, c_in, c_out, stride, kernels):
        super().__init__()
        wide = c_in * len(kernels)
        sizes = sorted(set(kernels))
        self.widths = [c_in * kernels.count(k) for k in sizes]
        self.residual = stride == 1 and c_in == c_out
        self.expand = unit(c_in, wide)
        self.depthwise = nn.ModuleList(
            conv(w, w, k, stride, w) for w, k in zip(self.widths, sizes)
        )
        self.norm = nn.Sequential(nn.BatchNorm2d(wide), nn.ReLU6(inplace=True))
        self.project = unit(wide, c_out, act=False)

    def forward(self, x):
        y = self.expand(x)
        if len(self.widths) == 1:
            y = self.depthwise[0](y)
        else:
            parts = y.split(self.widths, 1)
            y = torch.cat([d(part) for d, part in zip(self.depthwise, parts)], 1)
        y = self.project(self.norm(y))
        return x + y if self.residual else y


class AuthorsBlock(nn.Module):
    """The unified block as the method's authors run it: the expansion over all six sub-blocks, one
    launch each, a skip being a dense 1x1 convolution times zero."""

    def __init__(self, c_in, c_out, stride, kernels):
        super().__init__()
        self.expand = unit(c_in, SUB_BLOCKS * c_in)
        self.candidates = nn.ModuleList(
            nn.ModuleList(
                [unit(c_in, c_in, k, stride, c_in) for k in KERNELS] + [conv(c_in, c_in, 1, stride)]
            )
            for _ in range(SUB_BLOCKS)
        )
        self.project = conv(SUB_BLOCKS * c_in, c_out)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c_out) for _ in range(6))
        self.chosen = [KERNELS.index(k) for k in kernels] + [3] * (SUB_BLOCKS - len(kernels))
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x):
        parts = []
        for of, chosen, part in zip(self.candidates, self.chosen, self.expand(x).chunk(SUB_BLOCKS, 1)):
            y = of[chosen](part)
            parts.append(y * 0 if chosen == 3 else y)
        y = self.norms[self.chosen.count(3)](self.project(torch.cat(parts, 1)))
        return x + y if self.residual else y


class Supernet(nn.Module):
    """The supernet along the middle path. `unvisited` stands for the weights that the path leaves
    out, which decay and momentum touch all the same."""

    def __init__(self, space, block):
        super().__init__()
        stem, first = space.stem, space.first
        self.head = nn.Sequential(
            unit(space.input[0], stem["channels"], stem["kernel"], stem["stride"]),
            unit(stem["channels"], stem["channels"], first["kernel"], 1, stem["channels"]),
            unit(stem["channels"], first["channels"], act=False),
        )
        layers = zip(space.layers, space.middle())
        self.blocks = nn.Sequential(
            *(block(c_in, c_out, stride, kernels) for (c_in, c_out, stride, _), kernels in layers)
        )
        self.last = unit(space.layers[-1][1], space.last)
        self.classifier = nn.Linear(space.last, space.classes)
        rest = space.params() - sum(p.numel() for p in self.parameters())
        if rest > 0:
            self.unvisited = nn.Parameter(torch.zeros(rest))

    def forward(self, x):
        x = self.last(self.blocks(self.head(x)))
        return self.classifier(x.mean((2, 3)))


class Reference(nn.Module):
    """The network of `src/measure/reference.rs`."""

    BLOCKS = [(16, 16, 1), (16, 24, 2), (24, 24, 1), (24, 40, 2), (40, 40, 1), (40, 80, 2)]

    def __init__(self):
        super().__init__()
        blocks = (MixedBlock(c_in, c_out, s, [3] * SUB_BLOCKS) for c_in, c_out, s in self.BLOCKS)
        self.body = nn.Sequential(unit(3, 16, 3), *blocks, unit(80, 320))
        self.classifier = nn.Linear(320, 10)

    def forward(self, x):
        return self.classifier(self.body(x).mean((2, 3)))


class SoftBlock(nn.Module):
    """The block of generator training: every candidate of every sub-block, weighted by `p` [6, 4].
    The norms are frozen, those before the choice folded into the convolutions."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        wide = SUB_BLOCKS * c_in
        self.c_in, self.residual = c_in, stride == 1 and c_in == c_out
        self.expand = conv(c_in, wide, bias=True)
        self.candidates = nn.ModuleList(conv(wide, wide, k, stride, wide, True) for k in KERNELS)
        self.project = conv(wide, c_out)
        self.register_buffer("scale", torch.ones(5, c_out, 1, 1))
        self.register_buffer("shift", torch.zeros(5, c_out, 1, 1))

    def forward(self, x, p):
        wide = F.relu6(self.expand(x))
        weights = torch.where(p > PRUNE_BELOW, p, torch.zeros_like(p))
        weights = weights.repeat_interleave(self.c_in, 0).t().reshape(4, 1, -1, 1, 1)
        y = sum(F.relu6(c(wide)) * weights[k] for k, c in enumerate(self.candidates))
        y = self.project(y)
        skipped = p[:, 3].detach().sum().round().long().clamp(0, 4).reshape(1)
        y = y * self.scale.index_select(0, skipped) + self.shift.index_select(0, skipped)
        return x + y if self.residual else y


class SoftSupernet(nn.Module):
    """The frozen supernet through all candidates, probabilities [layers, 6, 4]."""

    def __init__(self, space):
        super().__init__()
        stem, first = space.stem, space.first
        self.head = nn.Sequential(
            conv(space.input[0], stem["channels"], stem["kernel"], stem["stride"], bias=True),
            nn.ReLU6(),
            conv(stem["channels"], stem["channels"], first["kernel"], 1, stem["channels"], True),
            nn.ReLU6(),
            conv(stem["channels"], first["channels"], bias=True),
        )
        self.blocks = nn.ModuleList(SoftBlock(c, c_out, s) for c, c_out, s, _ in space.layers)
        self.last = conv(space.layers[-1][1], space.last, bias=True)
        self.classifier = nn.Linear(space.last, space.classes)
        self.requires_grad_(False)

    def forward(self, x, p):
        x = self.head(x)
        for block, of in zip(self.blocks, p):
            x = block(x, of)
        return self.classifier(F.relu6(self.last(x)).mean((2, 3)))


class Generator(nn.Module):
    """Constraint and prior to architecture parameters [layers, 6, 4]."""

    def __init__(self, space, width=32):
        super().__init__()

        def chain(count, c_in):
            widths = [c_in] + [width] * count
            units = ((conv(a, b, 3), nn.ReLU()) for a, b in zip(widths, widths[1:]))
            return nn.Sequential(*(part for of in units for part in of))

        self.maps, self.layers = space.prior_maps, len(space.layers)
        self.constraint_head, self.prior_head = chain(3, self.maps), chain(2, 1)
        self.trunk = chain(4, width)
        self.tail = conv(width, 1, 3, bias=True)

    def forward(self, constraint, prior):
        maps = constraint.expand(1, self.maps, self.layers, SUB_BLOCKS * 4)
        z = self.constraint_head(maps) + self.prior_head(prior)
        return self.tail(z + self.trunk(z)).reshape(self.layers, SUB_BLOCKS, 4)


class GeneratorLoss(nn.Module):
    """Cross-entropy of the judge and hardware loss of a generator's answer."""

    def __init__(self, space):
        super().__init__()
        self.generator, self.judge = Generator(space), SoftSupernet(space)
        low, high = space.range
        fixed, rows = space.costs()
        unit_cost = 1 / (high - low)
        self.fixed = fixed * unit_cost
        self.target = 0.5 * (low + high) * unit_cost
        count = len(rows)
        self.register_buffer("costs", torch.tensor(rows, dtype=torch.float64).mul(unit_cost).float())
        self.register_buffer("constraint", torch.full((1, 1, 1, 1), 0.5))
        prior = F.one_hot(torch.arange(count * SUB_BLOCKS) % 4, 4).float()
        self.register_buffer("prior", prior.reshape(1, 1, count, SUB_BLOCKS * 4))
        noise = -torch.empty(count, SUB_BLOCKS, 4).exponential_().log()
        self.register_buffer("noise", noise)
        barred = torch.zeros(SUB_BLOCKS, 4, dtype=torch.bool)
        barred[:2, 3] = True
        self.register_buffer("barred", barred)

    def forward(self, images, labels):
        alpha = self.generator(self.constraint, self.prior).float()
        logits = ((alpha + self.noise) / 5.0).masked_fill(self.barred, float("-inf"))
        p = logits.softmax(-1)
        loss = F.cross_entropy(self.judge(images, p).float(), labels, label_smoothing=0.1)
        kept = torch.where(p > PRUNE_BELOW, p, torch.zeros_like(p))
        skip = p[:, :, 3].mean(1)
        cost = (kept[:, :, :3].sum(1) * self.costs[:, :3]).sum() + self.fixed
        expand = self.costs[:, 3] * (skip < 5 / 6 - 1e-4)
        cost = cost + ((1 - skip) * (expand + self.costs[:, 4])).sum()
        d = cost - self.target
        weight = torch.where(d > 0.1 / 180, 1.2, torch.where(d < -0.1 / 180, 1.0, 0.0))
        return loss + 9.72 * weight * d * d
