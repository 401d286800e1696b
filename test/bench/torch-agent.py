# SPDX-License-Identifier: GPL-2.0-only
"""Times the networks of the offloading agent in PyTorch: a decision, and an update of the vanilla A2C, one thread.

Usage: torch-agent.py REPEATS. N = 30, M = G = 5: states of 1140 numbers, 780 logits, 150 means, batch 100. Prints JSON:
seconds of the best decision (both networks, one state), of the best update (actor and critic), PyTorch's version.
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

STATE, DEVICES, OPTIONS, PARAMETERS, BATCH, MINIBATCH = 1140, 30, 26, 5, 100, 25


def perceptron(hidden, outputs, bounded):
    layers, size = [], STATE
    for units in hidden:
        layers += [nn.Linear(size, units), nn.Tanh()]
        size = units
    layers.append(nn.Linear(size, outputs))
    return nn.Sequential(*layers, *([nn.Tanh()] if bounded else []))


def best_of(repeats, work):
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main():
    repeats = int(sys.argv[1])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    choice = perceptron([64, 32], DEVICES * OPTIONS, False)
    parameter = perceptron([128, 64], DEVICES * PARAMETERS, True)
    spread = nn.Parameter(torch.full((DEVICES * PARAMETERS,), -0.7))
    critic = perceptron([200, 100], 1, False)
    actor_step = torch.optim.Adam([*choice.parameters(), *parameter.parameters(), spread], lr=0.003)
    critic_step = torch.optim.Adam(critic.parameters(), lr=0.02)
    states = torch.rand(BATCH, STATE)
    rewards = torch.rand(BATCH)
    # Options with what is taken before each device masked out: all masks at once.
    options = torch.randint(0, OPTIONS, (BATCH, DEVICES))
    free = torch.rand(BATCH, DEVICES, OPTIONS) < 0.6
    free[:, :, 0] = True
    free.scatter_(2, options.unsqueeze(2), True)
    used = (torch.rand(BATCH, DEVICES * PARAMETERS) < 0.6).float()
    drawn = torch.rand(BATCH, DEVICES * PARAMETERS)

    def decide():
        with torch.no_grad():
            choice(states[:1]), parameter(states[:1])

    def update():
        with torch.no_grad():
            advantage = rewards - critic(states).squeeze(1)
            advantage = (advantage - advantage.mean()) / advantage.std()
        logits = choice(states).view(BATCH, DEVICES, OPTIONS).masked_fill(~free, -1e9)
        log_choice = torch.log_softmax(logits, 2).gather(2, options.unsqueeze(2)).sum((1, 2))
        normal = torch.distributions.Normal(parameter(states), spread.exp())
        log_parameter = (normal.log_prob(drawn) * used).sum(1)
        actor_step.zero_grad()
        (-(log_choice + log_parameter) * advantage).mean().backward()
        actor_step.step()
        for first in range(0, BATCH, MINIBATCH):
            part = slice(first, first + MINIBATCH)
            critic_step.zero_grad()
            (0.5 * (critic(states[part]).squeeze(1) - rewards[part]) ** 2).mean().backward()
            critic_step.step()

    print(json.dumps({
        "decision_s": best_of(20 * repeats, decide),
        "update_s": best_of(repeats, update),
        "version": torch.__version__,
    }))


main()
