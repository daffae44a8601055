"""Draws doc/performance.md from bench/history.csv: of each section the rows of its newest run on each processor.

usage: draw.py HISTORY OUTPUT
"""
import csv
import sys

HEAD = """# Performance

Drawn by `./dev bench` from `bench/history.csv`, the newest run on each processor; do not edit. A figure is a median over the rounds, in
brackets the width of the middle half of the rounds. Ours and the peers run in turn, A B A B, on the same machine; a ratio is taken round
by round, and above 1 means that Hourglass is faster. The machine is shared with others, so ratios are worth more than speeds.
Newer versions of the peers, and compiled PyTorch, are not measured.
"""

# Section: heading, what it says, the command behind it.
SECTIONS = {
    "train": ("Training", """Images/s at batch 128: gradient, Adam, repacking; no data is read. % of peak is the share of the speed at which the
operations that the graph counts would run at the multiply-add peak in float32, measured in the same round. PyTorch "eager" is as users write it,
"tuned" is channels last, with the transposed convolution spelled as the input gradient of a convolution (oneDNN runs it) and glibc told to
keep large blocks of memory (MALLOC_TRIM_THRESHOLD_ and its like: up to twice as fast); "bf16" is that under autocast. All use two threads and
OpenBLAS in its OpenMP build. Hourglass computes in float32, in bf16 where a row says so (--precision bf16; on the tiles of AMX where there are some).
"residual" is bench/residual.hg: residual blocks with group norm and up to 128 channels, on pictures of 32x32 in colour.""",
              "hourglass bench train --model MODEL, bench/peer_pytorch.py MODEL eager|tuned|bf16"),
    "infer": ("Inference", """The preset `conv`: one image on one thread in microseconds, and a batch of 1,000 on two threads in images/s.
onnxruntime is called through its Node binding, whose own cost of some microseconds a call counts.""",
              "hourglass bench infer --model conv, bench/peer_onnxruntime.js"),
    "layers": ("Layers", """One thread, float32. oneDNN has every operand in the layout that it would choose, without bias; Hourglass in its
own layout, with bias; of wide dense layers (256 columns and more) its time includes packing the weights. Taps outside of the picture count as
work, though both leave them out: so a figure can exceed the peak.""",
               "hourglass bench kernels --layers, build/peer_onednn"),
    "sweep": ("Random layers", """One thread: deciles over random convolutions, transposed convolutions and dense layers (channels 1 to 256, kernel 1
to 7, stride 1 to 3, size 7 to 128) that have at least 8 operations to a byte, in % of the multiply-add peak. The ratio
to oneDNN, as above, is over other layers, ten a seed, from the best of three turns of each; where oneDNN falls back on plain loops it is large.""",
              "hourglass bench kernels --sweep 200; hourglass bench kernels --layers --sweep 10 --seed SEED, build/peer_onednn"),
    "kernels": ("Products of the kernel table", "One thread, the kernel set in use.", "hourglass bench kernels --set SET"),
    "rows": ("Other rows of the kernel table", "One thread, values in the second cache; bytes read and written a second.",
             "hourglass bench kernels --set SET"),
    "program": ("The program", "Start-up is from fork to exit. The training that is measured holds all of MNIST in memory.",
                "hourglass --help, hourglass train mnist --model conv --epochs 1"),
    "quality": ("Time to quality", """From the start of the process to a test MSE of at most 0.0040, MNIST read and the run folder written; the median
over those of the first seeds that reach it, and how many these are. Runs before commit 397a1cb are of the recipe that `fast` was then: three epochs
in batches of 128.""",
                "hourglass train mnist --model conv --val 0 --config fast --precision bf16"),
}


def newest(path):
    """{section: [(run, its rows)], the newest of each processor, the newest first}"""
    runs = {}
    with open(path, newline="") as history:
        for row in csv.DictReader(history):
            section, row["what"], row["who"] = row["row"].split(" | ")
            runs.setdefault(section, {}).setdefault((row["date"], row["commit"], row["processor"]), []).append(row)
    return {section: by_processor(of_section) for section, of_section in runs.items()}


def by_processor(runs):
    """(run, its rows), the newest of each processor, the newest first. A run is (date, commit, processor)."""
    newest_of = {run[2]: (run, rows) for run, rows in sorted(runs.items())}
    return sorted(newest_of.values(), reverse=True)


def number(text):
    x = float(text)
    return f"{x:,.0f}" if x >= 1000 else f"{x:.3g}" if x < 100 else f"{x:.0f}"


def cell(row, bold=False):
    if not row:
        return ""
    value = number(row["median"]) + (" %" if row["unit"].startswith("%") else "")
    spread = f" ({100 * float(row['spread']):.0f} %)" if float(row["spread"]) >= 0.005 else ""
    return (f"**{value}**" if bold else value) + spread


def unique(values):
    return list(dict.fromkeys(values))


def heading(who, rows):
    units = unique(r["unit"] for r in rows if r["who"] == who)
    if " / " in who:  # the history calls the speed at the peak of float32 the f32 floor
        return "% of peak" if who.endswith("floor") else "ratio to " + who.split(" / ")[1]
    return who + (f", {units[0]}" if len(units) == 1 else "")


def share(row, peak):
    """Of the machine's peak, where the section has measured it."""
    return f" | {100 * float(row['median']) / float(peak['median']):.0f} %"


def table(rows):
    """What by who. Ours comes first; behind it, where the section has it, the share of the machine's peak."""
    peak = next((r for r in rows if r["who"] == "machine"), None)
    rows = [r for r in rows if r["who"] != "machine"]
    at = {(r["what"], r["who"]): r for r in rows}
    whos = unique(r["who"] for r in rows)
    heads = [heading(whos[0], rows) + (" | % of peak" if peak else ""), *(heading(w, rows) for w in whos[1:])]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(whos) + 1 + bool(peak)) + "|"]
    mixed = len(unique(r["unit"] for r in rows if r["who"] == whos[0])) > 1
    for what in unique(r["what"] for r in rows):
        cells = [cell(at.get((what, who)), " / " in who and not who.endswith("floor")) for who in whos]
        if peak:
            cells[0] += share(at[what, whos[0]], peak)
        units = unique(at[what, who]["unit"] for who in whos if (what, who) in at and " / " not in who)
        lines.append(f"| {what}{', ' + units[0] if mixed and units else ''} | " + " | ".join(cells) + " |")
    return lines + (["", f"The {peak['what']}: {number(peak['median'])} {peak['unit']}."] if peak else [])


def sweep_table(rows):
    """Deciles by pass: of the share of the peak, and of the ratio to the peer where the run has it."""
    passes = ["forwards", "input gradient", "weight gradient"]
    at = {(r["what"], r["who"]): r for r in rows}
    columns = [(p, who) for who in unique(r["who"] for r in rows) for p in passes]
    heads = [p + (f", {heading(who, rows)}" if " / " in who else "") for p, who in columns]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (1 + len(columns)) + "|"]
    for place in ["least", *(f"decile {i}" for i in range(1, 10)), "greatest"]:
        cells = [cell(at.get((f"{place} {p}", who)), " / " in who) for p, who in columns]
        lines.append(f"| {place} | " + " | ".join(cells) + " |")
    return lines


def draw(runs):
    lines = [HEAD]
    for section, (title, text, command) in SECTIONS.items():
        if section not in runs:
            continue
        lines += [f"## {title}", "", text, "", f"`{command}`", ""]
        for (date, commit, processor), rows in runs[section]:
            lines += [f"{processor}, {date} UTC, commit {commit}:", ""]
            lines += [*(sweep_table if section == "sweep" else table)(rows), ""]
    return "\n".join(lines).rstrip() + "\n"


with open(sys.argv[2], "w") as out:
    out.write(draw(newest(sys.argv[1])))
