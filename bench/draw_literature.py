"""draw_literature.py JSON PAGE: writes the page of results (doc/results.md) from `hourglass bench literature --json`."""
import json
import sys

UNITS = ("sse_per_image", "mse", "psnr", "bce", "bce_excess", "bce_nats_per_image")


def number(value):
    return "" if value is None else f"{value:.4g}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def published(row):
    return f"{row['published']:g}" + ("" if row["verified"] else " (recalled)")


def main_row(row):
    epochs = f"{row['epochs']} of {row['published_epochs']}"
    pca = f"{number(row['pca'])} (k = {row['pca_k']})" if row["pca_k"] else ""
    return [f"`{row['name']}`: {row['what']}", row["unit"], f"**{number(row['ours'])}**", published(row), pca,
            number(row["floor"]), epochs, row["source"]]


def unit_rows(row):
    yield [f"`{row['name']}`", "ours"] + [number(row["converted"][u]) for u in UNITS]
    for other in row["all_published"]:
        mark = "" if other["verified"] else ", recalled"
        yield ["", f"{other['model']} ({other['source']}{mark})"] + [number(other["converted"][u]) for u in UNITS]
    if row["pca_converted"]:
        yield ["", f"PCA, k = {row['pca_k']}"] + [number(row["pca_converted"][u]) for u in UNITS]
    if row["input_converted"]:
        yield ["", "its corrupted input"] + [number(row["input_converted"][u]) for u in UNITS]


def likelihood_rows(row, d):
    yield [f"`{row['name']}`", "ours", number(row["converted"]["nll"]), number(row["converted"]["nll_bits_per_pixel"])]
    for other in row["all_published"]:
        mark = "" if other["verified"] else ", recalled"
        units = other["converted"]
        yield ["", f"{other['model']} ({other['source']}{mark})", f"{other['value']:g}", number(units["nll_bits_per_pixel"])]
    mean = d["mean_image"]
    yield ["", "each pixel by itself, by the mean picture", number(mean["nll"]), number(mean["nll_bits_per_pixel"])]


def page(d):
    rows = d["rows"]
    plain = [r for r in rows if not r["likelihood"]]
    vaes = [r for r in rows if r["likelihood"]]
    yield f"""# Results

Published trainings repeated by `hourglass bench literature{"" if d["length"] == "default" else " --" + d["length"]}`, and drawn from
its JSON by `bench/draw_literature.py`; do not edit. Data: {d["source"]}, {d["train"]:,} pictures, {d["test"]:,} for the test, which is
read once; seed {d["seed"]}. The floor of a cross-entropy is that of a perfect reconstruction: {d["bce_floor"]:.5f} nats a pixel.
A figure that was not checked at its source is marked "recalled".
"""
    if d["length"] == "quick":
        yield "This was a quick run: none of its figures compares with anything.\n"
    yield table(["protocol", "unit", "ours", "published", "PCA", "floor", "epochs", "source"], map(main_row, rows))
    if plain:
        yield "## In every unit\n"
        yield table(["protocol", "", "SSE/image", "MSE/pixel", "PSNR, dB", "BCE/pixel", "BCE - floor", "BCE/image"],
                    [line for r in plain for line in unit_rows(r)])
    if vaes:
        yield "## Likelihoods of binarised pixels\n\nAnother quantity than any above.\n"
        yield table(["protocol", "", "nats/image", "bits/pixel"], [line for r in vaes for line in likelihood_rows(r, d)])
    for r in vaes:
        m = r["likelihood"]
        yield (f"`{r['name']}`: {m['samples']:,} importance samples of each of {m['n']:,} pictures, standard error "
               f"{m['nll_error']:.2f} nats; ELBO {m['elbo']:.2f}. No model comes below {r['floor']:.2f} nats, the entropy of "
               "the drawing itself.\n")
    yield "## What differs from what was published\n"
    yield "\n".join(f"- `{r['name']}`: {note}" for r in rows for note in r["notes"]) + "\n"
    yield ("In all, the weights after the epoch with the least training loss are measured, where theirs are the last.\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        d = json.load(file)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("\n".join(page(d)))


main()
