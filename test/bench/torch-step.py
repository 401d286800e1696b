# SPDX-License-Identifier: GPL-2.0-only
"""Times one SGD step of the convolutional network of DMA-FL's Table I in PyTorch, batch 64, one thread.

Usage: torch-step.py STEPS. Prints JSON: seconds of the best step, PyTorch's version, and which BLAS was loaded.
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


def main():
    steps = int(sys.argv[1])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 256), nn.ReLU(), nn.Linear(256, 10),
    )
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    images = torch.rand(64, 3, 32, 32)
    labels = torch.randint(0, 10, (64,))
    best = float("inf")
    for _ in range(steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss_of(model(images), labels).backward()
        optimizer.step()
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"seconds": best, "version": torch.__version__, "blas": loaded_blas()}))


main()
