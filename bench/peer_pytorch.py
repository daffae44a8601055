"""The standing models in PyTorch, as users write them: eager, float32, the default memory format.

usage: peer_pytorch.py MODEL STEPS [THREADS]
Prints the training images/s over STEPS steps of batch 128 on random pictures, after 10 steps of warm-up.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Unflatten(nn.Module):
    def forward(self, x):
        return x.view(-1, 64, 7, 7)


def encoder():
    return [nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten()]


def decoder(code):
    return [nn.Linear(code, 3136), nn.ReLU(), Unflatten(),
            nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 3, 2, 1, 1), nn.Sigmoid()]


def conv():
    return nn.Sequential(*encoder(), nn.Linear(3136, 32), *decoder(32))


def deep():
    sizes, layers = [784, 1000, 500, 250, 30, 250, 500, 1000, 784], [nn.Flatten()]
    for i in range(8):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i != 3:
            layers.append(nn.Sigmoid() if i == 7 else nn.ReLU())
    return nn.Sequential(*layers, nn.Unflatten(1, (1, 28, 28)))


def pool():
    def c(i, o, pad=1):
        return nn.Conv2d(i, o, 3, 1, pad)

    def half():
        return nn.MaxPool2d(2, ceil_mode=True)

    def up():
        return nn.Upsample(scale_factor=2)
    return nn.Sequential(c(1, 16), nn.ReLU(), half(), c(16, 8), nn.ReLU(), half(), c(8, 8), nn.ReLU(), half(),
                         c(8, 8), nn.ReLU(), up(), c(8, 8), nn.ReLU(), up(), c(8, 16, 0), nn.ReLU(), up(),
                         c(16, 1), nn.Sigmoid())


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(*encoder())
        self.mu, self.logvar = nn.Linear(3136, 16), nn.Linear(3136, 16)
        self.decoder = nn.Sequential(*decoder(16))

    def loss(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        y = self.decoder(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar))
        kl = -0.5 * (1 + logvar - mu * mu - logvar.exp()).sum()
        return (F.binary_cross_entropy(y, x, reduction="sum") + kl) / len(x)


def main():
    name, steps = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
    torch.manual_seed(1)
    model = {"conv": conv, "deep": deep, "pool": pool, "vae": Vae}[name]()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    loss_of = {"conv": lambda x: F.mse_loss(model(x), x), "deep": lambda x: F.mse_loss(model(x), x),
               "pool": lambda x: F.binary_cross_entropy(model(x), x), "vae": lambda x: model.loss(x)}[name]
    batch = torch.rand(128, 1, 28, 28)
    for step in range(10 + steps):
        if step == 10:
            start = time.perf_counter()
        optimizer.zero_grad()
        loss_of(batch).backward()
        optimizer.step()
    print(f"{128 * steps / (time.perf_counter() - start):.0f}")


main()
