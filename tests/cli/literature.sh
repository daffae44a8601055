# literature.sh: hourglass bench literature repeats every published protocol; here in its quick form, whose figures mean
# nothing, so that what is held to is what the tables, the JSON and the page say.
. "$(dirname "$0")/../tap.sh"

protocols='hinton-deep keras-dense keras-deep keras-conv keras-io-conv keras-io-denoise burda-vae'

# In the document out a Python condition on d, the document, and r, its rows by name.
holds()
{
    python3 -c '
import json, math, sys
d = json.load(open("out")); r = {row["name"]: row for row in d["rows"]}
assert eval("(" + sys.argv[1] + ")"), sys.argv[1]' "$1" 2>>err
}

run hourglass bench literature --quick --json --out runs -o page.html --threads 2
ok 'bench literature --quick exits with 0' [ "$status" = 0 ]
ok 'it says which protocol it trains' has err 'keras-io-denoise: the same net, from noise of 0.4, 1 epoch'
ok 'its JSON has all protocols, in their order' holds "list(r) == '$protocols'.split()"
ok 'and says what it was measured on' holds 'd["length"] == "quick" and d["source"] == "mnist-sample" and d["seed"] == 1'
ok 'no row of a quick run compares' holds 'not any(row["comparable"] for row in d["rows"])'
ok 'each row has ours, theirs, the floor and a source' holds '
    all(row["ours"] > row["floor"] >= 0 and row["published"] > 0 and row["source"] for row in d["rows"])'
ok 'and says whether theirs was verified' holds 'not r["hinton-deep"]["verified"] and r["keras-dense"]["verified"]'
ok 'and what could not be had as published' holds 'all(row["notes"] for row in d["rows"])'
ok 'PCA stands beside them at the same code length, where there is one' holds '
    {name: row["pca_k"] for name, row in r.items() if row["pca"]} ==
    {"hinton-deep": 30, "keras-dense": 32, "keras-deep": 32, "keras-conv": 128}'
ok 'ours is converted into every unit' holds 'all(
    math.isclose(u["sse_per_image"], 784 * u["mse"]) and math.isclose(u["psnr"], -10 * math.log10(u["mse"])) and
    math.isclose(u["bce_excess"], u["bce"] - d["bce_floor"]) and u["nll"] is None
    for u in (row["converted"] for row in d["rows"] if row["metric"] != "nll"))'
ok 'theirs as far as it goes' holds '
    math.isclose(r["hinton-deep"]["all_published"][0]["converted"]["mse"], 3 / 784) and
    r["keras-dense"]["all_published"][0]["converted"]["mse"] is None'
ok 'a likelihood of binary pixels is converted into none of them' holds '
    all(r["burda-vae"]["converted"][u] is None for u in ("mse", "sse_per_image", "psnr", "bce", "bce_nats_per_image")) and
    math.isclose(r["burda-vae"]["converted"]["nll_bits_per_pixel"], r["burda-vae"]["ours"] / 784 / math.log(2))'
ok 'it is below the ELBO, and of binarised data' holds '
    r["burda-vae"]["likelihood"]["nll"] < -r["burda-vae"]["likelihood"]["elbo"] and r["burda-vae"]["data"] == "mnist-binarised"'
ok 'the denoiser names its noise, and how bad its input was' holds '
    r["keras-io-denoise"]["noise"] == "gaussian:0.4" and 10 < r["keras-io-denoise"]["input_converted"]["psnr"] < 12'
ok 'the run folders are kept' [ -f runs/keras-dense/model.safetensors ]
for name in $protocols; do ok "the page shows $name" has page.html "<h2>$name</h2>"; done
ok 'with a picture of each' [ "$(grep -c '<img [^>]*data:image/png' page.html)" = 7 ]
ok 'and points at nothing outside of itself' sh -c "! grep -qE '(src|href)=\"[^d#]' page.html"
cp out first
run python3 "$SOURCE_DIR/bench/draw_literature.py" first results.md
ok 'its JSON becomes a page of doc/' [ "$status" = 0 ]
ok 'with ours in bold, and published, PCA, floor and epochs beside it' \
    grep -qE '^\| `keras-dense`: .* \| BCE/pixel \| \*\*0\.[0-9]+\*\* \| 0\.09 \| 0\.[0-9]+ \(k = 32\) \| 0\.05[0-9]+ \| 1 of 50 \|' results.md
ok 'which says that a quick run compares with nothing' has results.md 'none of its figures compares'

run hourglass bench literature --quick --only keras-dense -q
ok '--only trains one' [ "$status" = 0 ]
ok 'the table says that it compares with nothing' grep -qE '^keras-dense .* 1 of 50 .* quick: not comparable$' out
ok 'and lists what was published, with its source' has out 'one dense layer (Keras blog 2016, Building autoencoders in Keras)'
ok 'and no other protocol' lacks out keras-deep
ok '-q says nothing' [ ! -s err ]
run hourglass bench literature --quick --only keras-dense -q --json --threads 1
ok 'the same seed gives the same weights with one thread' python3 -c '
import json
a, b = ({r["name"]: r for r in json.load(open(f))["rows"]}["keras-dense"] for f in ("out", "first"))
assert a["weights_sha256"] == b["weights_sha256"] and a["ours"] == b["ours"]'
mkdir temp
TMPDIR=$PWD/temp run hourglass bench literature --quick --only keras-dense -q
ok 'without --out no folder is left' [ "$status$(ls temp)" = 0 ]

# ---- eval --likelihood, of the VAE trained above ----

run hourglass eval runs/burda-vae --likelihood 50 --no-pca --json
ok 'eval --likelihood exits with 0' [ "$status" = 0 ]
ok 'its bound is below that of the ELBO, and says that pixels were drawn' python3 -c '
import json, math
m = json.load(open("out"))["likelihood"]
assert m["nll"] < -m["elbo"] and m["samples"] == 50 and m["drawn"] and m["nll_error"] > 0
assert math.isclose(m["bits_per_value"], m["nll"] / 784 / math.log(2))'
run hourglass eval runs/burda-vae --likelihood 1 --no-pca
ok 'the table names it' sh -c "grep -q 'binary pixels, drawn by their values, nats' out && grep -q 'ELBO  *-[0-9]' out"
ok 'and so does the report' has runs/burda-vae/report.html 'Likelihood of binary pixels, drawn by their values'
run hourglass eval runs/keras-dense --no-pca --json
ok 'without --likelihood there is none' has out '"likelihood": null'

refused() # STATUS TEXT COMMAND…
{
    run hourglass "${@:3}"
    ok "hourglass ${*:3} exits with $1 and says: $2" sh -c "[ $status = $1 ] && grep -qF -e \"$2\" err && [ ! -s out ]"
}
refused 2 'there is no protocol keras-dens; did you mean keras-dense?' bench literature --quick --only keras-dens
refused 2 'there are hinton-deep, keras-dense' bench literature --quick --only zzz
refused 2 'and --quick exclude each other' bench literature --quick --full
refused 4 'has no likelihood: its code is not drawn' eval runs/keras-dense --likelihood 10
refused 2 'did you mean literature?' bench literatur
refused 1 'page.html' bench literature --quick --only keras-dense -o page.html
