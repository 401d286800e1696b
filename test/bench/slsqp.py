# SPDX-License-Identifier: GPL-2.0-only
"""Solves an instance of the joint energy and time problem by SciPy's SLSQP, a general solver.

Usage: slsqp.py INSTANCE.json. Prints JSON: seconds and objective, with gradients by finite
differences and with exact ones. Variables are (p, B, f, T) as the problem is stated, each scaled to
the order of 1; the start is equal shares at full power and frequency.
"""

import json
import sys
import time

import numpy as np
from scipy.optimize import minimize


def column(instance, key):
    return np.array([device[key] for device in instance["devices"]], dtype=float)


class Problem:
    def __init__(self, instance):
        self.w1 = instance["weight_energy"]
        self.w2 = instance["weight_time"]
        self.band = instance["bandwidth_hz"]
        self.rounds = instance["rounds"]
        self.s = column(instance, "gain") / instance["noise_w_per_hz"]
        self.bits = column(instance, "payload_bits")
        self.cycles = (
            instance["local_iterations"] * column(instance, "samples") * column(instance, "cycles_per_sample")
        )
        self.kappa = column(instance, "capacitance")
        power = np.array([device["power_w"] for device in instance["devices"]])
        cpu = np.array([device["cpu_hz"] for device in instance["devices"]])
        n = self.n = len(self.s)
        equal = np.full(n, self.band / n)
        self.scale = np.concatenate([power[:, 1], equal, cpu[:, 1], [1.0]])
        start = np.ones(3 * n + 1)
        start[-1] = np.max(self.times(start)[0])
        self.start = start
        low = np.concatenate([power[:, 0], equal * 1e-6, cpu[:, 0], [1e-9]]) / self.scale
        high = np.concatenate([power[:, 1], equal * n, cpu[:, 1], [np.inf]]) / self.scale
        self.bounds = list(zip(low, high))

    def split(self, x):
        n = self.n
        y = x * self.scale
        return y[:n], y[n : 2 * n], y[2 * n : 3 * n], y[-1]

    def times(self, x):
        """Durations of computing and upload, and the derivatives of the upload."""
        p, b, f, _ = self.split(x)
        snr = self.s * p / b
        rate = b * np.log1p(snr) / np.log(2)
        upload = self.bits / rate
        rate_p = self.s / (1 + snr) / np.log(2)
        rate_b = (np.log1p(snr) - snr / (1 + snr)) / np.log(2)
        return upload + self.cycles / f, upload, -upload / rate * rate_p, -upload / rate * rate_b

    def objective(self, x):
        p, _, f, t = self.split(x)
        upload = self.times(x)[1]
        return self.w1 * np.sum(p * upload + self.kappa * self.cycles * f**2) + self.w2 * t

    def gradient(self, x):
        p, _, f, _ = self.split(x)
        _, upload, by_p, by_b = self.times(x)
        gradient = np.concatenate(
            [upload + p * by_p, p * by_b, 2 * self.kappa * self.cycles * f, [self.w2 / self.w1]]
        )
        return self.w1 * gradient * self.scale

    def constraints(self, x):
        _, b, _, t = self.split(x)
        return np.concatenate([t - self.times(x)[0], [1 - np.sum(b) / self.band]])

    def jacobian(self, x):
        n = self.n
        _, _, f, _ = self.split(x)
        _, _, by_p, by_b = self.times(x)
        jacobian = np.zeros((n + 1, 3 * n + 1))
        rows = np.arange(n)
        jacobian[rows, rows] = -by_p
        jacobian[rows, n + rows] = -by_b
        jacobian[rows, 2 * n + rows] = self.cycles / f**2
        jacobian[rows, -1] = 1
        jacobian[n, n : 2 * n] = -1 / self.band
        return jacobian * self.scale

    def solve(self, exact):
        constraint = {"type": "ineq", "fun": self.constraints}
        if exact:
            constraint["jac"] = self.jacobian
        began = time.perf_counter()
        answer = minimize(
            self.objective,
            self.start,
            method="SLSQP",
            jac=self.gradient if exact else None,
            bounds=self.bounds,
            constraints=[constraint],
            options={"maxiter": 500, "ftol": 1e-10},
        )
        return {
            "seconds": time.perf_counter() - began,
            "objective": self.rounds * float(answer.fun),
            "violation": float(max(0.0, -np.min(self.constraints(answer.x)))),
            "message": answer.message,
        }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        problem = Problem(json.load(file))
    print(json.dumps({"differences": problem.solve(False), "exact": problem.solve(True)}))


main()
