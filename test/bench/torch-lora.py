# SPDX-License-Identifier: GPL-2.0-only
"""Times forward and backward of encoder layers with low-rank adapters in PyTorch, one thread.

Usage: torch-lora.py LAYERS WIDTH HEADS UNITS BATCH LENGTH STEPS. Weights are frozen, adapters of rank 8 on query, key and
value train. Prints JSON: processor seconds of the best step, PyTorch's version, and which BLAS was loaded.
"""

import os

# Before NumPy or PyTorch load it.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import json
import sys
import time

import torch
from torch import nn


def loaded_blas():
    """The library behind libblas.so.3, from the map of this process."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        paths = {line.split()[-1] for line in maps if "/" in line}
    for name in ("openblas", "mkl", "blis", "atlas"):
        if any(name in os.path.realpath(path).lower() for path in paths):
            return name
    return "reference" if any("libblas" in path for path in paths) else "its own"


class Adapted(nn.Module):
    """A frozen linear layer with an adapter."""

    def __init__(self, width, rank=8):
        super().__init__()
        self.base = nn.Linear(width, width)
        self.base.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.randn(rank, width) / width**0.5)
        self.lora_b = nn.Parameter(torch.randn(width, rank) * 0.01)

    def forward(self, x):
        return self.base(x) + 2 * ((x @ self.lora_a.t()) @ self.lora_b.t())


class Layer(nn.Module):
    """BERT's encoder layer."""

    def __init__(self, width, heads, units):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = Adapted(width), Adapted(width), Adapted(width)
        self.output, self.up, self.down = nn.Linear(width, width), nn.Linear(width, units), nn.Linear(units, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        for part in (self.output, self.up, self.down, self.norm1, self.norm2):
            part.requires_grad_(False)

    def forward(self, x):
        batch, length, width = x.shape

        def split(y):
            return y.view(batch, length, self.heads, -1).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = torch.softmax(query @ key.transpose(2, 3) / (width / self.heads) ** 0.5, -1)
        gathered = (weights @ value).transpose(1, 2).reshape(batch, length, width)
        y = self.norm1(x + self.output(gathered))
        return self.norm2(y + self.down(nn.functional.gelu(self.up(y))))


def main():
    layers, width, heads, units, batch, length, steps = (int(word) for word in sys.argv[1:8])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = nn.Sequential(*(Layer(width, heads, units) for _ in range(layers)))
    x = torch.randn(batch, length, width, requires_grad=True)
    above = torch.randn(batch, length, width)
    best = float("inf")
    for _ in range(steps):
        start = time.process_time()
        model.zero_grad()
        x.grad = None
        model(x).backward(above)
        best = min(best, time.process_time() - start)
    print(json.dumps({"seconds": best, "version": torch.__version__, "blas": loaded_blas()}))


main()
