#!/usr/bin/env python3
"""Times the reference training step in a browser, ours and TensorFlow.js's in turn, in one page.

It serves the page in `browser/`, starts a Chromium there and prints a row of the table that
`sgnas bench peers` prints, or with --json all that the page tells. It needs nothing but Python; first

    cargo xtask web --build-only
    npm install --prefix target/tfjs @tensorflow/tfjs-core@4.22.0 \\
        @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0

    python3 benches/peers/browser_steps.py [--rounds N] [--gpu] [--browser PROGRAM | --by-hand] [--json]
"""

import argparse
import contextlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target"
# What lies where on the server; the page itself below no name.
FOLDERS = {"site": TARGET / "site", "npm": TARGET / "tfjs" / "node_modules"}
NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
QUIET = [
    "--headless",
    # Containers rarely let it have one; the only page is ours.
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without it some versions end once the page is loaded.
    "--remote-debugging-port=0",
]
GPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan"]
SOFTWARE = ["--use-vulkan=swiftshader", "--use-angle=swiftshader"]


class Handler(SimpleHTTPRequestHandler):
    """Serves the page and takes what it tells."""

    told = queue.Queue()
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def translate_path(self, path):
        first, _, rest = urlsplit(path).path.lstrip("/").partition("/")
        folder = FOLDERS.get(first) if rest else None
        self.directory = str(folder or HERE / "browser")
        return super().translate_path(f"/{rest}" if folder else path)

    def do_POST(self):
        length = int(self.headers["content-length"])
        self.told.put(json.loads(self.rfile.read(length)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(query):
    """The address of the page, as long as it is served."""
    server = ThreadingHTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/?{urlencode(query)}"
    server.shutdown()


@contextlib.contextmanager
def opened(args, address):
    """A browser at the address, its own profile's; or a person's."""
    if args.by_hand:
        print(f"open {address}", file=sys.stderr)
        yield
        return
    program = args.browser or next(filter(shutil.which, NAMES), None)
    if program is None:
        sys.exit("there is no Chromium: name one with --browser, or open the page --by-hand")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = QUIET + GPU + ([] if args.gpu else SOFTWARE) + [f"--user-data-dir={profile}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        browser = subprocess.Popen([program, *flags, address], **quiet)
        try:
            yield
        finally:
            browser.terminate()
            browser.wait()


def lines(patience):
    """What the page tells until it has ended."""
    while True:
        try:
            line = Handler.told.get(timeout=patience)
        except queue.Empty:
            sys.exit(f"the page told nothing for {patience:.0f} s")
        if "error" in line:
            sys.exit(f"the page failed: {line['error']}")
        if "ended" in line:
            return
        yield line


def row(name, rounds):
    """A peer beside us, from the rounds' medians of (ours, theirs)."""
    ratios = sorted(theirs / ours for ours, theirs in rounds)
    ours, theirs = (median(of) for of in zip(*rounds))
    return (
        f"| {name} | {ours:.1f} | {theirs:.1f} | {median(ratios):.2f} "
        f"| {ratios[0]:.2f} to {ratios[-1]:.2f} | {len(rounds)} |"
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=8, help="a step")
    parser.add_argument("--rounds", type=int, default=3, help="ours, then theirs, so often")
    parser.add_argument("--steps", type=int, default=3, help="of each program a round")
    parser.add_argument("--warm-up", type=int, default=2, help="steps of each before the first round")
    parser.add_argument("--gpu", action="store_true", help="the machine's adapter, not the software one")
    parser.add_argument("--browser", help="the program that is started")
    parser.add_argument("--by-hand", action="store_true", help="wait for a person to open the page")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds between two words of the page")
    parser.add_argument("--json", action="store_true", help="all that the page tells, a line each")
    return parser.parse_args()


def main():
    args = arguments()
    for folder in FOLDERS.values():
        if not folder.is_dir():
            sys.exit(f"there is no {folder}: see --help, and what stands at the head of this file")
    query = {"images": args.images, "rounds": args.rounds, "steps": args.steps, "warm-up": args.warm_up}
    told = []
    with served(query) as address, opened(args, address):
        for line in lines(args.patience):
            told.append(line)
            print(json.dumps(line), file=sys.stdout if args.json else sys.stderr, flush=True)
    if not args.json:
        medians = {}
        for line in (line for line in told if "round" in line):
            medians.setdefault(line["program"], []).append(median(line["ms"]))
        ours = medians.pop("ours")
        label = f"reference training step, {args.images} images"
        print("| step | beside | ours, ms | theirs, ms | times as fast | lowest to highest | rounds |")
        print("| :-- | :-- | --: | --: | --: | --: | --: |")
        for peer, theirs in medians.items():
            print(row(f"{label} | {peer}", list(zip(ours, theirs))))


if __name__ == "__main__":
    main()
