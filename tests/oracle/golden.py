"""The first losses of a training by PyTorch, for test_train_golden.c.

golden.py MODEL BATCHES BATCH OPTIMIZER: MODEL is a model.safetensors; its graph (input, conv, dense, deconv, loss mse) is
followed line by line. BATCHES holds native float32, as many batches of BATCH pictures as there are. One line a step: the
loss. Exit status 77: PyTorch is not here.
"""
import json
import os
import re
import sys

os.environ["OMP_WAIT_POLICY"] = "passive"  # on a busy machine PyTorch's threads would spin for most of the time
try:
    import numpy
    import torch
except ImportError:
    sys.exit(77)

torch.set_num_threads(2)
F = torch.nn.functional
ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid}
OPTIMIZERS = {
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.5),
}


def read_model(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    text = header.pop("__metadata__")["graph"]
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        values = numpy.frombuffer(data[begin:end], "<f4").reshape(t["shape"]).copy()
        tensors[name] = torch.tensor(values, requires_grad=True)
    return text, tensors


def pair(word):
    a, _, b = word.partition("x")
    return int(a), int(b or a)


def spatial(op, words, x, weight, bias):
    """Ours: [kh][kw][big side][small side]; both of PyTorch's want [small][big][kh][kw]."""
    kernel, stride, pad, to = pair(words[0]), (1, 1), None, None
    for i, word in enumerate(words):
        if word.startswith("/"):
            stride = pair(word[1:])
        elif re.fullmatch(r"p\d+(x\d+)?", word):
            pad = pair(word[1:])
        elif word == "to":
            to = pair(words[i + 1])
    pad = pad or tuple((k - 1) // 2 for k in kernel)
    w = weight.permute(3, 2, 0, 1)
    if op == "conv":
        return F.conv2d(x, w, bias, stride, pad)
    to = to or tuple(n * s for n, s in zip(x.shape[2:], stride))
    more = [t - ((n - 1) * s - 2 * p + k) for t, n, s, p, k in zip(to, x.shape[2:], stride, pad, kernel)]
    return F.conv_transpose2d(x, w, bias, stride, pad, more)


def dense(words, x, weight, bias):
    """Ours flattens height, width, channels."""
    y = x.permute(0, 2, 3, 1).flatten(1) @ weight + bias
    shape = [int(n) for n in words[0].split("x")]
    h, w, c = shape if len(shape) == 3 else (1, 1, shape[0])
    return y.reshape(-1, h, w, c).permute(0, 3, 1, 2)


def forward(text, tensors, x):
    values, number = {}, 0
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words or words[0] == "loss":
            continue
        op, name = words[0], words[-1] if "->" in words else str(number)
        if op != "input":
            layer = (words[1:], x, tensors[name + ".weight"], tensors[name + ".bias"])
            x = dense(*layer) if op == "dense" else spatial(op, *layer)
            for word in words:
                x = ACTIVATIONS[word](x) if word in ACTIVATIONS else x
        values[name] = x
        number += 1
    return values["y"]


def main(model, batches, batch, optimizer):
    text, tensors = read_model(model)
    h, w, c = (int(n) for n in re.search(r"^input +(\d+)x(\d+)x(\d+)", text, re.M).groups())
    pictures = torch.tensor(numpy.fromfile(batches, numpy.float32).reshape(-1, int(batch), h, w, c))
    step = OPTIMIZERS[optimizer](list(tensors.values()))
    for x in pictures.permute(0, 1, 4, 2, 3):
        step.zero_grad()
        loss = F.mse_loss(forward(text, tensors, x), x)
        loss.backward()
        step.step()
        print(f"{loss.item():.9g}", flush=True)


main(*sys.argv[1:])
