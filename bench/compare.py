"""Runs ours and the peers in turn, A B A B, and appends what came of it to bench/history.csv.

usage: compare.py BUILD_FOLDER|--check [quick] [SECTION…]
The sections are kernels, sweep, layers, train, infer, program, quality; without one, all of them. A row is a median over
the rounds, and the spread of their middle half as a part of it; a ratio is taken round by round. A peer that is not here
is said and skipped. --check only looks whether the words are known.
"""
import csv
import datetime
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # the one that sees Debian's packages
OPENBLAS = "/usr/lib/{}-linux-gnu/openblas-openmp".format(os.uname().machine)  # other BLAS builds are many times slower
THREADS = 2
PASSES = ["forwards", "input gradient", "weight gradient"]
MODELS = ["conv", "deep", "pool", "vae", "residual"]
# glibc gives large blocks back to the system at once and faults their pages in again every step; a tuned PyTorch keeps
# them, which makes it up to twice as fast.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1000000000", "MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_TOP_PAD_": "100000000"}
PYTORCH = {"eager": "eager f32", "tuned": "tuned f32", "bf16": "tuned bf16"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def environment_for(words):
    """Without kernels that it may force, where words name a precision: they would contradict it."""
    return {name: value for name, value in os.environ.items() if name != "HOURGLASS_ISA" or "--precision" not in words}


# ---- Who is measured ---------------------------------------------------------------------------

class Ours:
    """The program; `processor` is what it says of the machine."""

    def __init__(self, folder):
        self.folder, self.program = folder, os.path.join(folder, "hourglass")
        self.processor, self.kernels, self.peak = None, None, None

    def run(self, *words):
        return subprocess.run([self.program, *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env=environment_for(words)).stdout

    def has(self, precision):
        """Whether this processor has what --precision needs."""
        words = [self.program, "models", "plan", "conv", "--infer", "--precision", precision]
        return subprocess.run(words, env=environment_for(words), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def bench(self, *words):
        """The rows of its JSON, without those of the machine's peak."""
        answer = json.loads(self.run("bench", *words, "--json", "-q"))
        self.processor, self.kernels = answer["processor"], answer["kernels"]
        self.peak = next(r for r in answer["rows"] if r["bench"] == "peak")
        return [r for r in answer["rows"] if r["bench"] != "peak"]


class Peer:
    """A program that says its name in a line, and answers a line with a line; None is its name where it is not here."""

    def __init__(self, what, command, **environment):
        environment = {**os.environ, "LD_LIBRARY_PATH": OPENBLAS, "OMP_NUM_THREADS": str(THREADS), **environment}
        self.name, self.process = None, None
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                            text=True, env=environment)
            self.name = self.process.stdout.readline().strip() or None
        except OSError:
            pass
        if not self.name:
            say(f"  {what} is not here, or does not run: skipped")

    def ask(self, line=""):
        """Its answer; "" where it is not here, or has died."""
        if not self.name:
            return ""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline().strip()
        if not answer:
            say(f"  {self.name} ended early: skipped from here on")
            self.name = None
        return answer

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()


# ---- What is measured --------------------------------------------------------------------------

class Table:
    """Values by row, a list of one a round, and the unit."""

    def __init__(self):
        self.values, self.units = {}, {}

    def add(self, row, value, unit):
        self.values.setdefault(row, []).append(float(value))
        self.units[row] = unit

    def add_ratio(self, what, who, ours, theirs):
        """Above 1: ours is faster. what: "section | what"."""
        self.add(f"{what} | hourglass / {who}", ours / theirs, "times as fast")

    def add_bench(self, rows):
        for r in rows:
            what = f"{r['bench']} | {r['row']} {r['variant']} | hourglass"
            self.add(what, r["median"], r["unit"])
            if r["share"] and r["unit"] == "images/s":
                self.add(what + " / f32 floor", 100 * r["share"], "%")

    def add_peak(self, section, peak):
        self.add(f"{section} | multiply-add peak, 1 thread | machine", peak["median"], peak["unit"])


def kernels(ours, table, rounds):
    ours.bench("infer", "--rounds", "1", "--model", "pool")  # to know the set in use
    table.add_bench(ours.bench("kernels", "--rounds", str(rounds), "--set", ours.kernels))
    table.add_peak("kernels", ours.peak)


def sweep(ours, table, rounds):
    rows = ours.bench("kernels", "--sweep", "60" if rounds < 5 else "200", "--rounds", "3")
    rows = [r for r in rows if " of " not in r["row"]]
    table.add_bench(rows)
    peer = onednn(ours)
    sweep_beside(ours, table, peer, 6 if rounds < 5 else 20, list(dict.fromkeys(r["row"] for r in rows)))
    peer.close()


def sweep_beside(ours, table, peer, seeds, places):
    """Deciles, in their places, of the ratio over other random layers (the sweep itself has seed 1), ten a seed; both
    speeds are the best of three turns."""
    name, ratios = peer.name, {passing: [] for passing in PASSES}
    for seed in range(2, seeds + 2):
        best, theirs = {}, {}
        for _ in range(3 if peer.name else 0):
            rows = ours.bench("kernels", "--layers", "--sweep", "10", "--seed", str(seed), "--rounds", "1")
            for r in rows:
                key = r["row"], r["variant"]
                best[key] = max(best.get(key, 0), r["median"])
            for row in dict.fromkeys(r["row"] for r in rows):
                for key, value in zip(((row, passing) for passing in PASSES), peer.ask(as_layer(row)).split()):
                    theirs[key] = max(theirs.get(key, 0), float(value))
        for key, value in best.items():
            if theirs.get(key, 0) > 0:
                ratios[key[1]].append(value / theirs[key])
    for passing, values in ratios.items():
        if len(values) < 2:
            continue
        tenths = statistics.quantiles(values, n=10, method="inclusive")
        for place, value in zip(places, [min(values), *tenths, max(values)]):
            table.add(f"sweep | {place} {passing} | hourglass / {name}", value, "times as fast")


def onednn(ours):
    return Peer("oneDNN (libdnnl-dev)", [os.path.join(ours.folder, "peer_onednn")])


def layers(ours, table, rounds):
    peer = onednn(ours)
    for _ in range(rounds):
        rows, theirs = ours.bench("kernels", "--layers", "--rounds", "1"), {}
        table.add_bench(rows)
        table.add_peak("layers", ours.peak)
        for r in rows:
            if r["row"] not in theirs:
                theirs[r["row"]] = dict(zip(PASSES, peer.ask(as_layer(r["row"])).split()))
            what, value = f"layers | {r['row']} {r['variant']}", float(theirs[r["row"]].get(r["variant"], 0))
            if value > 0:
                table.add(f"{what} | {peer.name}", value, r["unit"])
                table.add_ratio(what, peer.name, r["median"], value)
    peer.close()


def as_layer(row):
    """"conv 3x3 64 /2 of 16 x 14x14x32" as peer_onednn reads it."""
    kind, kernel, outputs, stride, n, h, w, c = re.fullmatch(
        r"(\w+) (?:(\d+)x\d+ )?(\d+)(?: /(\d+))? of (\d+) x (\d+)x(\d+)x(\d+)", row).groups()
    return f"{kind} {n} {h} {w} {c} {kernel or 1} {outputs} {stride or 1}"


def train_rows(ours, model, *words):
    """A model that is no preset lies beside this file."""
    own = os.path.join(HERE, model + ".hg")
    rows = ours.bench("train", "--model", own if os.path.exists(own) else model, "--rounds", "1", "--threads", str(THREADS), *words)
    return [dict(r, row=model) for r in rows]


def train_bf16(ours, table, model, f32):
    """Ours in bf16, as a ratio to f32 too."""
    rows = train_rows(ours, model, "--precision", "bf16")
    half = next(r["median"] for r in rows if r["variant"] == f"{THREADS} threads, bf16")
    what = f"train | {model} {THREADS} threads, bf16"
    table.add(f"{what} | hourglass", half, "images/s")
    table.add_ratio(what, "hourglass f32", half, f32)
    return half


def train(ours, table, rounds):
    has_bf16 = ours.has("bf16")
    for model in MODELS:
        peers = [Peer(f"PyTorch {mode}", [PYTHON, os.path.join(HERE, "peer_pytorch.py"), model, mode, str(THREADS)],
                      **(KEEP_MEMORY if mode != "eager" else {})) for mode in PYTORCH]
        for _ in range(rounds):
            rows = train_rows(ours, model)
            table.add_bench(rows)
            best = next(r["median"] for r in rows if r["variant"] == f"{THREADS} threads")
            half = train_bf16(ours, table, model, best) if has_bf16 else None
            for peer, mode in zip(peers, PYTORCH.values()):
                answer, what = peer.ask(), f"train | {model} {THREADS} threads"
                if answer:
                    table.add(f"{what} | {peer.name} {mode}", answer, "images/s")
                    table.add_ratio(what, f"{peer.name} {mode}", best, float(answer))
                    if half and "bf16" in mode:
                        table.add_ratio(what + ", bf16", f"{peer.name} {mode}", half, float(answer))
        for peer in peers:
            peer.close()


def infer_rounded(ours, table, precision, f32):
    """Ours in bf16 or in int8, as a ratio to the same rows in f32."""
    rows = ours.bench("infer", "--model", "conv", "--rounds", "1", "--threads", str(THREADS), "--precision", precision)
    for r, fine in zip(rows, f32):
        if "open" not in r["row"]:
            a, b, what = r["median"], fine["median"], f"infer | {r['row']} {r['variant']}"
            table.add(f"{what} | hourglass", a, r["unit"])
            table.add_ratio(what, "hourglass f32", *((b, a) if r["unit"] == "us" else (a, b)))


def infer(ours, table, rounds):
    folder = os.path.join(ours.folder, "peers")
    os.makedirs(folder, exist_ok=True)
    try:
        spawn([PYTHON, os.path.join(HERE, "peer_onnxruntime.py"), folder])
    except (OSError, RuntimeError):
        say("  python3-onnx is not here: no model for onnxruntime")
    rounded = [precision for precision in ["bf16", "int8"] if ours.has(precision)]
    peer = Peer("onnxruntime (npm)", ["node", os.path.join(HERE, "peer_onnxruntime.js"), folder, str(THREADS)])
    for _ in range(rounds):
        rows = ours.bench("infer", "--model", "conv", "--rounds", "1", "--threads", str(THREADS))
        table.add_bench(rows)
        for precision in rounded:
            infer_rounded(ours, table, precision, rows)
        theirs = json.loads(peer.ask() or "{}")
        for r in rows:
            name, what = r["row"].removeprefix("conv "), f"infer | {r['row']} {r['variant']}"
            if name in theirs:
                a, b = r["median"], theirs[name]
                table.add(f"{what} | {peer.name}", b, r["unit"])
                table.add_ratio(what, peer.name, *((b, a) if r["unit"] == "us" else (a, b)))
    peer.close()


def spawn(command):
    """Seconds, and peak memory in MB."""
    start = time.perf_counter()
    with open(os.devnull, "w") as null:
        process = subprocess.Popen(command, stdout=null, stderr=null, env=dict(environment_for(command), LD_LIBRARY_PATH=OPENBLAS))
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} failed")
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6


def program(ours, table, rounds):
    for name in ["hourglass", "libhourglass.so", "libhourglass.a"]:
        table.add(f"program | size of {name} | hourglass", os.path.getsize(os.path.join(ours.folder, name)) / 1e6, "MB")
    for _ in range(4 * rounds):
        table.add("program | start of hourglass --help | hourglass", 1e3 * spawn([ours.program, "--help"])[0], "ms")
    with tempfile.TemporaryDirectory() as folder:
        run = [ours.program, "train", source(ours), "--model", "conv", "--epochs", "1", "-q", "--out", folder + "/run"]
        table.add("program | peak memory of training conv | hourglass", spawn(run)[1], "MB")
    try:
        for _ in range(min(rounds, 3)):
            seconds, memory = spawn([PYTHON, "-c", "import torch"])
            table.add("program | start of import torch | PyTorch", 1e3 * seconds, "ms")
            table.add("program | peak memory of import torch | PyTorch", memory, "MB")
    except (OSError, RuntimeError):
        say("  PyTorch is not here: skipped")


def source(ours):
    here = subprocess.run([ours.program, "data", "fetch", "mnist", "--offline"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "mnist-sample" if here.returncode else "mnist"


def quality(ours, table, rounds):
    """Seconds from the start of the process to a test MSE of at most 0.0040, data read and run folder written."""
    if source(ours) != "mnist":
        say("  MNIST is not here: skipped")
        return
    seeds, reached = min(rounds, 5), {precision: 0 for precision in ["f32", "bf16"] if ours.has(precision)}
    for seed, precision in itertools.product(range(1, 1 + seeds), reached):
        with tempfile.TemporaryDirectory() as folder:
            seconds, _ = spawn([ours.program, "train", "mnist", "--out", folder + "/run", "--seed", str(seed),
                                "--precision", precision, *QUALITY])
            mse = json.loads(ours.run("eval", folder + "/run", "--json", "-q"))["mse"]
        table.add(f"quality | conv test MSE, {precision} | hourglass", mse, "MSE")
        reached[precision] += mse <= 0.0040
        if mse <= 0.0040:
            table.add(f"quality | conv to MSE 0.0040, {precision} | hourglass", seconds, "s")
    for precision, times in reached.items():
        table.add(f"quality | conv reached it, of {seeds}, {precision} | hourglass", times, "seeds")


QUALITY = "--model conv --val 0 --config fast --sample-every 0 -q".split()
SECTIONS = [kernels, sweep, layers, train, infer, program, quality]


# ---- What is kept ------------------------------------------------------------------------------

def spread(values):
    """The width of the middle half, as a part of the median."""
    if len(values) < 2:
        return 0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / statistics.median(values)


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", HERE, *words], stdout=subprocess.PIPE, text=True).stdout.strip()
    return git("rev-parse", "--short=10", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")


def append(table, date, state, processor):
    with open(os.path.join(HERE, "history.csv"), "a", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        if not out.tell():
            rows.writerow(["date", "commit", "processor", "row", "median", "spread", "unit"])
        for row, values in table.values.items():
            rows.writerow([date, state, processor, row, f"{statistics.median(values):.5g}", f"{spread(values):.3f}",
                           table.units[row]])


def main():
    words = sys.argv[2:]
    known = {section.__name__: section for section in SECTIONS}
    unknown = [word for word in words if word not in known and word != "quick"]
    if unknown:
        sys.exit(f"compare.py: {unknown[0]} is no section; there are {', '.join(known)}")
    if sys.argv[1] == "--check":
        return
    ours = Ours(sys.argv[1])
    chosen = [section for name, section in known.items() if name in words or not set(words) - {"quick"}]
    state = commit()  # before the history changes, which belongs to it
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")
    for section in chosen:
        say(f"Measuring {section.__name__} ...")
        table = Table()
        section(ours, table, 3 if "quick" in words else 7)
        if not ours.processor:
            ours.bench("infer", "--rounds", "1", "--model", "pool")
        append(table, date, state, ours.processor)


if __name__ == "__main__":
    main()
