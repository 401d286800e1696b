# SPDX-License-Identifier: GPL-2.0-only
"""Solves the resource problem of DMA-FL, its schedule given, by SciPy's SLSQP, a general solver.

Usage: slsqp-dma.py INSTANCE.json. Prints JSON: seconds, objective, and the largest violation, with
gradients by finite differences. Variables are each period's idle time, CPU frequency, minibatch
size and number of SGD steps, as problem P is stated, each scaled to the order of 1; the start is
the middle of their ranges.
"""

import json
import sys
import time

import numpy as np
from scipy.optimize import minimize


class Period:
    """A local period (device, task, base version, aggregation)."""

    def __init__(self, instance, j, n, entry, previous):
        task = instance["tasks"][j]
        device = instance["devices"][entry["device"]]
        of = device["tasks"][j]
        self.j, self.n, self.base, self.device = j, n, entry["base"], entry["device"]
        self.previous = previous  # index of the device's period before, or None
        self.up = task["model_bits"] / device["uplink_bps"]
        self.down = task["model_bits"] / device["downlink_bps"]
        self.upload_j = device["tx_power_w"] * self.up
        self.download_j = device["downlink_power_w"] * self.down
        share = of["cpu_share"]
        self.cpu = [share * f for f in device["cpu_hz"]]
        self.xi, self.a, self.d = device["effective_capacitance"], of["cycles_per_sample"], of["samples"]
        self.of = of
        rates = task["learning_rate"]
        self.eta = rates[self.base] if isinstance(rates, list) else rates


class Problem:
    def __init__(self, instance):
        self.instance = instance
        self.periods, self.by_task = [], []
        for j, schedule in enumerate(instance["schedule"]):
            last, indices = {}, []
            for n, entry in enumerate(schedule, 1):
                self.periods.append(Period(instance, j, n, entry, last.get(entry["device"])))
                last[entry["device"]] = len(self.periods) - 1
                indices.append(len(self.periods) - 1)
            self.by_task.append(indices)
        self.setup()

    def setup(self):
        tasks = self.instance["tasks"]
        p = self.periods
        low = np.array([[0, q.cpu[0], 1, tasks[q.j]["iterations"][0]] for q in p], dtype=float)
        high = np.array([[tasks[q.j]["qoe_s"], q.cpu[1], q.d, tasks[q.j]["iterations"][1]] for q in p], dtype=float)
        self.scale = high
        self.bounds = list(zip((low / high).ravel(), np.ones(4 * len(p))))
        start = (low + high) / 2
        start[:, 0] = 0
        self.start = (start / high).ravel()

    def unpack(self, x):
        idle, f, b, e = (x.reshape(-1, 4) * self.scale).T
        compute = np.array([q.a for q in self.periods]) * e * b / f
        arrival = np.zeros(len(self.periods))
        for k, q in enumerate(self.periods):
            before = 0 if q.previous is None else arrival[q.previous]
            arrival[k] = before + idle[k] + q.down + compute[k] + q.up
        return idle, f, b, e, compute, arrival

    def objective(self, x):
        idle, f, b, e, compute, _ = self.unpack(x)
        c1, c2, c3 = self.instance["weights"]
        total = 0
        for j, indices in enumerate(self.by_task):
            task = self.instance["tasks"][j]
            energy = sum(
                c2 * (self.periods[k].upload_j + self.compute_j(k, f, b, e)) + c3 * self.periods[k].download_j
                for k in indices
            )
            total += c1 * task["importance"] * self.bound(task, indices, idle, b, e, compute)
            total += task["energy_weight"] / len(indices) * energy
        return total

    def compute_j(self, k, f, b, e):
        q = self.periods[k]
        return q.xi * q.a * e[k] * b[k] * f[k] ** 2

    def bound(self, task, indices, idle, b, e, compute):
        """(19), terms (a) to (f)."""
        rho, v1, v2 = self.instance["rho"], self.instance["v1"], self.instance["v2"]
        count, beta, theta = len(indices), task["smoothness"], task["data_variability"]
        rates = task["learning_rate"] if isinstance(task["learning_rate"], list) else [task["learning_rate"]]
        low, high = min(rates), max(rates)
        result = 2 * task["loss_drop"] / (count * task["mixing"][0] * low)
        for k in indices:
            q = self.periods[k]
            noise = (1 - b[k] / q.d) * (q.d - 1) * theta**2 * q.of["sample_variance"] / (b[k] * q.d)
            result += q.eta * e[k] * q.of["dissimilarity"] / (count * low)
            result += 4 * beta * q.eta**2 * e[k] ** 2 * noise / (count * low)
            result += 2 * rho * q.eta**2 * e[k] * v2 * (rho / 2 * q.eta * (e[k] - 1) + e[k]) / (count * low)
            waits = idle[k] + q.down + q.up
            drift = q.of["active_drift"] * compute[k] + q.of["idle_drift"] * waits
            result += 2 * drift / (count * low)
        staleness = max(self.periods[k].n - 1 - self.periods[k].base for k in indices)
        gain = staleness * task["mixing"][1]
        most = max(e[k] for k in indices)
        for n in range(1, count + 1):
            y = gain * most**2 * high**2 * v2 * sum(gain**i for i in range(n - 1))
            result += (np.sqrt(4 * v1 * y) + (beta + 2 * rho) * y) / (count * low)
        return result

    def constraints(self, x):
        _, f, b, e, compute, arrival = self.unpack(x)
        values = []
        for j, indices in enumerate(self.by_task):
            qoe = self.instance["tasks"][j]["qoe_s"]
            made = [0.0] + [arrival[k] for k in indices] + [np.inf]
            values.append((qoe - made[len(indices)]) / qoe)
            for k in indices:
                q = self.periods[k]
                begins = arrival[k] - q.up - compute[k] - q.down
                values.append((made[q.n] - made[q.n - 1]) / qoe)
                values.append((begins - made[q.base]) / qoe)
                if q.base + 1 < q.n:
                    values.append((made[q.base + 1] - begins) / qoe)
        for i, device in enumerate(self.instance["devices"]):
            mine = [k for k, q in enumerate(self.periods) if q.device == i]
            if mine and "energy_budget_j" in device:
                spent = sum(self.periods[k].upload_j + self.compute_j(k, f, b, e) for k in mine)
                values.append(1 - spent / device["energy_budget_j"])
        return np.array(values)

    def solve(self):
        began = time.process_time()
        answer = minimize(
            self.objective,
            self.start,
            method="SLSQP",
            bounds=self.bounds,
            constraints=[{"type": "ineq", "fun": self.constraints}],
            options={"maxiter": 300, "ftol": 1e-10},
        )
        return {
            "seconds": time.process_time() - began,
            "objective": float(answer.fun),
            "violation": float(max(0.0, -np.min(self.constraints(answer.x)))),
            "message": answer.message,
        }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        problem = Problem(json.load(file))
    print(json.dumps(problem.solve()))


main()
