# SPDX-License-Identifier: GPL-2.0-only
"""A policy of parameterized actions in PyTorch, by automatic differentiation: the oracle of the suite fl-rl-torch.

Usage: torch-policy.py FILE. FILE is JSON: sizes, states, what was done in them, weights, parameters of the policy, others
beside them, a direction. Prints JSON: logarithms of probabilities, the gradient of their weighted sum, the divergence of the
other parameters, the product of the Fisher matrix and the direction; and PyTorch's version.
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def perceptron(flat, sizes, bounded, states):
    """Dense layers with tanh between; weights lie input by input."""
    x = states
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weight, flat = flat[: inputs * outputs].view(inputs, outputs), flat[inputs * outputs:]
        bias, flat = flat[:outputs], flat[outputs:]
        x = x @ weight + bias
        if layer + 2 < len(sizes) or bounded:
            x = torch.tanh(x)
    return x


def size_of(sizes):
    return sum((inputs + 1) * outputs for inputs, outputs in zip(sizes, sizes[1:]))


class Policy:
    def __init__(self, data):
        self.data = data
        self.states = torch.tensor(data["states"])
        self.options = torch.tensor(data["options"])
        self.normals = torch.tensor(data["normals"])
        self.uses = torch.tensor(data["uses"], dtype=torch.float64)
        self.units, self.count = data["units"], data["count"]
        # What is taken before each unit.
        free = torch.ones(len(self.states), self.units, self.count, dtype=torch.bool)
        for state, options in enumerate(data["options"]):
            for unit, option in enumerate(options):
                if option > 0:
                    free[state, unit + 1:, option] = False
        self.free = free

    def outputs(self, flat):
        first = size_of(self.data["choice_sizes"])
        second = size_of(self.data["parameter_sizes"])
        logits = perceptron(flat[:first], self.data["choice_sizes"], False, self.states)
        means = perceptron(flat[first:first + second], self.data["parameter_sizes"], True, self.states)
        logits = logits.view(len(self.states), self.units, self.count).masked_fill(~self.free, -torch.inf)
        return torch.log_softmax(logits, 2), means.view(len(self.states), self.units, -1), \
            flat[first + second:].view(self.units, -1)

    def log_probabilities(self, flat):
        log_p, means, spreads = self.outputs(flat)
        choice = log_p.gather(2, self.options.unsqueeze(2)).sum((1, 2))
        normal = torch.distributions.Normal(means, spreads.exp())
        used = self.uses[self.options]
        return choice + (normal.log_prob(self.normals) * used).sum((1, 2))

    def divergence(self, old, flat):
        log_p, means, spreads = old
        log_q, other_means, other_spreads = self.outputs(flat)
        p = log_p.exp()
        choice = torch.where(self.free, p * (log_p - log_q), torch.zeros_like(p)).sum((1, 2))
        each = torch.distributions.kl_divergence(
            torch.distributions.Normal(means, spreads.exp()),
            torch.distributions.Normal(other_means, other_spreads.exp()))
        return (choice + ((p @ self.uses) * each).sum((1, 2))).mean()


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        data = json.load(file)
    policy = Policy(data)
    flat = torch.tensor(data["parameters"], requires_grad=True)
    logs = policy.log_probabilities(flat)
    gradient, = torch.autograd.grad(logs @ torch.tensor(data["weights"]), flat)
    old = [part.detach() for part in policy.outputs(flat)]
    # Masked logits have infinite logarithms, whose derivatives are not wanted.
    old[0] = old[0].masked_fill(~policy.free, -1e9)
    policy_outputs = policy.outputs

    def finite(values):
        log_q, means, spreads = policy_outputs(values)
        return log_q.masked_fill(~policy.free, -1e9), means, spreads

    policy.outputs = finite
    slope, = torch.autograd.grad(policy.divergence(old, flat), flat, create_graph=True)
    product, = torch.autograd.grad(slope @ torch.tensor(data["direction"]), flat)
    print(json.dumps({
        "version": torch.__version__,
        "logs": logs.tolist(),
        "gradient": gradient.tolist(),
        "divergence": policy.divergence(old, torch.tensor(data["others"])).item(),
        "product": product.tolist(),
    }))


main()
