"""The standing models, and bench/residual.hg, in PyTorch.

usage: peer_pytorch.py MODEL eager|tuned|bf16 [THREADS]
Says its version in a line, and then answers every line of standard input with a line: the training images/s over about
half a second of steps of batch 128 on random pictures, after a warm-up.

eager   as users write it: float32, the default memory format
tuned   channels last, and the transposed convolution spelled as the input gradient of a convolution, which oneDNN runs
bf16    tuned, under autocast to bfloat16
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SECONDS, WARM_UP, BATCH = 0.5, 3, 128


class InputGradient(torch.autograd.Function):
    """y: what a convolution with `weight` passes back for x; its own gradients are a convolution and its weights'."""

    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        n, _, h, w = x.shape
        y = torch.empty((n, weight.shape[1], 2 * h, 2 * w), dtype=x.dtype, memory_format=torch.channels_last)
        return backward_of_conv(x, y, weight, [True, False, False])[0]

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        dy = dy.contiguous(memory_format=torch.channels_last)
        return F.conv2d(dy, weight, stride=2, padding=1), backward_of_conv(x, dy, weight, [False, True, False])[1]


def backward_of_conv(gradient, source, weight, mask):
    return torch.ops.aten.convolution_backward(gradient, source, weight, None, [2, 2], [1, 1], [1, 1], False, [0, 0], 1, mask)


class TunedDeconv(nn.ConvTranspose2d):
    def forward(self, x):
        weight = self.weight
        if torch.is_autocast_cpu_enabled():
            x, weight = x.bfloat16(), weight.bfloat16()
        return InputGradient.apply(x, weight) + self.bias.to(x.dtype)[:, None, None]


class Unflatten(nn.Module):
    def forward(self, x):
        return x.view(-1, 64, 7, 7)


class TunedFlatten(nn.Module):
    """In the order in which channels-last values lie, so that nothing is copied; the weights learn that order."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class TunedUnflatten(nn.Module):
    def forward(self, x):
        return x.view(-1, 7, 7, 64).permute(0, 3, 1, 2)


def encoder(tuned):
    return [nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
            TunedFlatten() if tuned else nn.Flatten()]


def decoder(code, tuned):
    deconv = TunedDeconv if tuned else nn.ConvTranspose2d
    return [nn.Linear(code, 3136), nn.ReLU(), TunedUnflatten() if tuned else Unflatten(), deconv(64, 32, 3, 2, 1, 1), nn.ReLU(),
            deconv(32, 1, 3, 2, 1, 1), nn.Sigmoid()]


def conv(tuned):
    return nn.Sequential(*encoder(tuned), nn.Linear(3136, 32), *decoder(32, tuned))


def deep(_):
    sizes, layers = [784, 1000, 500, 250, 30, 250, 500, 1000, 784], [nn.Flatten()]
    for i in range(8):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i != 3:
            layers.append(nn.Sigmoid() if i == 7 else nn.ReLU())
    return nn.Sequential(*layers, nn.Unflatten(1, (1, 28, 28)))


def pool(_):
    def c(i, o, pad=1):
        return nn.Conv2d(i, o, 3, 1, pad)

    def half():
        return nn.MaxPool2d(2, ceil_mode=True)

    def up():
        return nn.Upsample(scale_factor=2)
    return nn.Sequential(c(1, 16), nn.ReLU(), half(), c(16, 8), nn.ReLU(), half(), c(8, 8), nn.ReLU(), half(),
                         c(8, 8), nn.ReLU(), up(), c(8, 8), nn.ReLU(), up(), c(8, 16, 0), nn.ReLU(), up(),
                         c(16, 1), nn.Sigmoid())


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block = nn.Sequential(*[layer for _ in range(2) for layer in (
            nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, 1, 1))])

    def forward(self, x):
        return x + self.block(x)


def residual(_):
    def c(i, o, stride=1):
        return nn.Conv2d(i, o, 3, stride, 1)

    def up():
        return nn.Upsample(scale_factor=2)
    return nn.Sequential(c(3, 32), nn.SiLU(), c(32, 64, 2), Residual(64), c(64, 128, 2), Residual(128), nn.Conv2d(128, 8, 1),
                         c(8, 128), Residual(128), up(), c(128, 64), Residual(64), up(), c(64, 32), nn.SiLU(), c(32, 3))


class Vae(nn.Module):
    def __init__(self, tuned):
        super().__init__()
        self.encoder = nn.Sequential(*encoder(tuned))
        self.mu, self.logvar = nn.Linear(3136, 16), nn.Linear(3136, 16)
        self.decoder = nn.Sequential(*decoder(16, tuned))

    def loss(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h).float(), self.logvar(h).float()
        y = self.decoder(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)).float()
        kl = -0.5 * (1 + logvar - mu * mu - logvar.exp()).sum()
        with torch.autocast("cpu", enabled=False):
            return (F.binary_cross_entropy(y, x, reduction="sum") + kl) / len(x)


def loss_of(name, model, x):
    if name == "vae":
        return model.loss(x)
    y = model(x).float()
    with torch.autocast("cpu", enabled=False):
        return F.binary_cross_entropy(y, x) if name == "pool" else F.mse_loss(y, x)


def trainer(name, mode):
    """A function that trains a step."""
    model = {"conv": conv, "deep": deep, "pool": pool, "vae": Vae, "residual": residual}[name](mode != "eager")
    batch = torch.rand(BATCH, *((3, 32, 32) if name == "residual" else (1, 28, 28)))
    if mode != "eager":
        model, batch = model.to(memory_format=torch.channels_last), batch.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
            loss = loss_of(name, model, batch)
        loss.backward()
        optimizer.step()
    return step


def images_per_second(step):
    for _ in range(WARM_UP):
        step()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() < start + SECONDS:
        step()
        steps += 1
    return BATCH * steps / (time.perf_counter() - start)


def main():
    torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
    torch.manual_seed(1)
    step = trainer(sys.argv[1], sys.argv[2])
    print("PyTorch", torch.__version__, flush=True)
    for _ in sys.stdin:
        print(f"{images_per_second(step):.0f}", flush=True)


main()
