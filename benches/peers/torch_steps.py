#!/usr/bin/env python3
"""Times the training steps of `sgnas bench step` in PyTorch: one line of JSON a row and variant.

It needs PyTorch 2.4 or later and nothing else, and is no part of the build. Every variant warms up,
then runs one by one (`median_ms`) and without waiting in between (`stream_ms`). A variant that cannot
be run, or for which no time is left, is a line with `skipped` and the reason.

    python3 benches/peers/torch_steps.py [--device cpu|cuda] [--rows WORDS] [--json]
"""

import argparse
import contextlib
import json
import sys
import time
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from networks import AuthorsBlock, GeneratorLoss, MixedBlock, Reference, Space, Supernet

WARM_UP = 4
FEWEST = 3


@dataclass(frozen=True)
class Variant:
    """How a step is run."""

    memory: str = "nchw"
    precision: str = "f32"
    compiled: bool = False
    graph: bool = False

    @property
    def name(self):
        how = ["compile" if self.compiled else "eager"] + ["graph"] * self.graph
        return " ".join(how + [self.memory, self.precision])

    def autocast(self, device):
        kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
        if self.precision not in kinds:
            return contextlib.nullcontext()
        return torch.autocast(device, kinds[self.precision])


class ClassifierLoss(torch.nn.Module):
    """Cross-entropy with smoothed labels of a network."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images, labels):
        return F.cross_entropy(self.network(images).float(), labels, label_smoothing=0.1)


@dataclass(frozen=True)
class Row:
    """A step: its name as ours, its images, and what it trains."""

    name: str
    batch: int
    side: int
    channels: int
    classes: int
    loss: object
    lr: float
    adam: bool = False
    clip: float = 0.0
    authors: bool = False

    def optimiser(self, parameters, cuda):
        if self.adam:
            capturable = {"capturable": True} if cuda else {}
            return torch.optim.Adam(parameters, self.lr, (0.5, 0.999), fused=True, **capturable)
        # The authors took the optimiser as it comes.
        fused = {} if self.authors else {"fused": True}
        return torch.optim.SGD(parameters, self.lr, 0.9, weight_decay=4e-4, **fused)


def rows():
    """All steps, lightest first within their kind."""
    reference = Row(
        "reference training step", 32, 32, 3, 10, lambda: ClassifierLoss(Reference()), 0.05
    )
    found = [reference]
    for preset, batch, authors in [("cifar", 64, False), ("cifar", 64, True), ("imagenet", 8, False)]:
        space = Space(preset)
        block = AuthorsBlock if authors else MixedBlock
        found.append(
            Row(
                f"{preset} supernet step",
                batch,
                space.input[1],
                space.input[0],
                space.classes,
                lambda space=space, block=block: ClassifierLoss(Supernet(space, block)),
                space.config["supernet"]["lr"],
                authors=authors,
            )
        )
    for preset in ["tiny", "cifar"]:
        space = Space(preset)
        settings = space.config["generator"]
        found.append(
            Row(
                f"{preset} generator step",
                64,
                space.input[1],
                space.input[0],
                space.classes,
                lambda space=space: GeneratorLoss(space),
                settings.get("lr", 1e-3),
                adam=True,
                clip=settings.get("clip", 0.0),
            )
        )
    return found


def variants(row, device):
    """In the order of their worth: what takes long to compile comes last."""
    if row.authors:
        return [Variant()] if device == "cpu" else [Variant(), Variant(precision="tf32")]
    if device == "cpu":
        return [Variant(), Variant("channels_last"), Variant(compiled=True)]
    both = ["nchw", "channels_last"]
    eager = [Variant(memory, p) for p in ["f32", "tf32", "bf16", "fp16"] for memory in both]
    graphs = [Variant(memory, p, graph=True) for p in ["f32", "tf32", "bf16"] for memory in both]
    compiled = [Variant("channels_last", p, True, True) for p in ["f32", "bf16"]]
    return eager + graphs + compiled


def settle_precision(variant):
    """TF32 is PyTorch's default for convolutions; f32 here means f32."""
    tf32 = variant.precision != "f32"
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True


def macs(row, loss, images):
    """Multiply-accumulates of one image's forward pass, without the generator's own."""
    judged = hasattr(loss, "judge")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        if judged:
            p = torch.full((len(loss.judge.blocks), 6, 4), 0.25, device=images.device)
            loss.judge(images[:1], p)
        else:
            loss.network.eval()(images[:1])
            loss.network.train()
    return counter.get_total_flops() // 2


class Timer:
    """Times a variant of a row on a device."""

    def __init__(self, device, steps, seconds):
        self.device, self.steps, self.seconds = device, steps, seconds
        self.best_product = best_product(device)

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def run(self, row, variant):
        cuda = self.device == "cuda"
        settle_precision(variant)
        torch.manual_seed(1)
        shape = (row.batch, row.channels, row.side, row.side)
        images = torch.randn(shape, device=self.device)
        labels = torch.arange(row.batch, device=self.device) % row.classes
        loss = row.loss().to(self.device)
        flops = 2 * row.batch * macs(row, loss, images) * (2 if row.adam else 3)
        if variant.memory == "channels_last":
            loss = loss.to(memory_format=torch.channels_last)
            images = images.contiguous(memory_format=torch.channels_last)
        trained = [p for p in loss.parameters() if p.requires_grad]
        kept = [p for name, p in loss.named_parameters() if name.endswith("unvisited")]
        for p in kept:
            p.grad = torch.zeros_like(p)
        optimiser = row.optimiser(trained, cuda)
        scaler = torch.amp.GradScaler(self.device, enabled=variant.precision == "fp16")
        forward = torch.compile(loss) if variant.compiled else loss

        def step():
            for p in trained:
                if row.authors:
                    if p.grad is not None:
                        p.grad.zero_()
                elif not any(p is k for k in kept):
                    p.grad = None
            with variant.autocast(self.device):
                value = forward(images, labels)
            scaler.scale(value).backward()
            if row.clip:
                scaler.unscale_(optimiser)
                torch.nn.utils.clip_grad_norm_(trained, row.clip)
            scaler.step(optimiser)
            scaler.update()
            return value.detach()

        if cuda:
            torch.cuda.reset_peak_memory_stats()
        once = self.captured(step) if variant.graph else step
        first = float(once())
        for _ in range(WARM_UP - 1):
            value = once()
        self.wait()
        if not (first == first and float(value) == float(value)):
            raise RuntimeError("the loss is not a number")
        report = self.timed(once)
        rate = row.batch / report["median_ms"] * 1e3
        report |= {
            "images_per_s": rate,
            "peak_bytes": torch.cuda.max_memory_allocated() if cuda else None,
            "dispatches": None,
            "flops": flops,
            "best_product_gflops": self.best_product,
            "times_arithmetic": report["median_ms"] / (flops / self.best_product * 1e-6),
            "params": sum(p.numel() for p in loss.parameters()),
        }
        return report

    def captured(self, step):
        """The step as a CUDA graph: the host launches it as one."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            value = step()

        def replay():
            graph.replay()
            return value

        return replay

    def timed(self, step):
        times, begin, cpu = [], time.perf_counter(), time.process_time()
        while len(times) < self.steps:
            if len(times) >= FEWEST and time.perf_counter() - begin > self.seconds:
                break
            start = time.perf_counter()
            step()
            self.wait()
            times.append((time.perf_counter() - start) * 1e3)
        n = len(times)
        cpu = (time.process_time() - cpu) * 1e3 / n
        start = time.perf_counter()
        for _ in range(n):
            step()
        self.wait()
        stream = (time.perf_counter() - start) * 1e3 / n
        return {"median_ms": sorted(times)[n // 2], "stream_ms": stream, "cpu_ms": cpu, "steps": n}


def best_product(device):
    """The best rate over square products in f32, GFLOP/s."""
    torch.backends.cuda.matmul.allow_tf32 = False
    best = 0.0
    for n in [1024, 2048, 4096] if device == "cuda" else [256, 512, 768]:
        a, b = torch.randn(n, n, device=device), torch.randn(n, n, device=device)
        for _ in range(8):
            start = time.perf_counter()
            a @ b
            if device == "cuda":
                torch.cuda.synchronize()
            best = max(best, 2e-9 * n**3 / (time.perf_counter() - start))
    return best


def shown(line):
    """A line for people."""
    label = f"{line['name']}, {line['variant']}"
    if "skipped" in line:
        return f"{label}: skipped, {line['skipped']}"
    return (
        f"{label}: median {line['median_ms']:.2f} ms, {line['stream_ms']:.2f} ms in a stream, "
        f"{line['images_per_s']:.0f} images/s, {line['params']} parameters, "
        f"{line['flops'] * 1e-9:.2f} GFLOP"
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    have = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=["cpu", "cuda"], default=have)
    parser.add_argument("--rows", default="", help="only the steps whose names hold these words")
    parser.add_argument("--variants", default="", help="only the variants whose names hold these words")
    parser.add_argument("--steps", type=int, default=50, help="times that a step is run, at most")
    parser.add_argument("--seconds", type=float, default=None, help="of a measurement, at most")
    parser.add_argument("--budget", type=float, default=110.0, help="seconds, for everything")
    parser.add_argument("--threads", type=int, default=None, help="of the processor")
    parser.add_argument("--json", action="store_true", help="a line of JSON a measurement")
    return parser.parse_args()


def main():
    args = arguments()
    begin = time.perf_counter()
    if args.threads:
        torch.set_num_threads(args.threads)
    seconds = args.seconds or (1.0 if args.device == "cuda" else 4.0)
    timer = Timer(args.device, args.steps, seconds)
    name = torch.cuda.get_device_name() if args.device == "cuda" else "cpu"
    jobs = [
        (variant, row)
        for row in rows()
        if args.rows in row.name
        for variant in variants(row, args.device)
        if args.variants in variant.name + (" authors" if row.authors else "")
    ]
    # What is compiled waits until all else is measured.
    jobs.sort(key=lambda job: job[0].compiled)
    for variant, row in jobs:
        variant_name = variant.name + (", the authors' way" if row.authors else "")
        line = {"name": row.name, "variant": variant_name, "program": f"PyTorch {torch.__version__}", "on": name}
        left = args.budget - (time.perf_counter() - begin)
        try:
            if left < (25.0 if variant.compiled else 0.0):
                raise TimeoutError("no time is left of the budget")
            line |= timer.run(row, variant)
        except Exception as e:  # A variant that PyTorch cannot do here must not end the others.
            line["skipped"] = " ".join(f"{type(e).__name__}: {e}".split())[:200]
        if args.device == "cuda":
            torch.cuda.empty_cache()
        if variant.compiled:
            torch.compiler.reset()
        print(json.dumps(line) if args.json else shown(line), flush=True)
    if not jobs:
        sys.exit(f"no step is called '{args.rows}', or no variant '{args.variants}'")


if __name__ == "__main__":
    main()
