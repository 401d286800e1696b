#! /usr/bin/env python3
#
# SPDX-License-Identifier: GPL-2.0-only
#
# Examples to run, with small arguments, so that they stay buildable and runnable:
#
#     ("program arguments", do_run, do_valgrind_run),
#
# Read by test.py in an ns-3 tree, and by tools/standalone.cmake: the program and its arguments are
# one string literal, and a program may stand here several times.
cpp_examples = [
    ("fl-any-link --devices=3 --rounds=2 --train-samples=300 --test-samples=100", "True", "True"),
    ("fl-quickstart --devices=3 --rounds=2 --train-samples=300 --test-samples=100", "True", "True"),
    (
        "fl-quickstart --devices=4 --rounds=2 --payload-bits=28100 --transport=datagram --optimizer=random --mobility --background --fading=rayleigh --runs=2",
        "True",
        "False",
    ),
    (
        "fl-phy-comparison --devices=3 --rounds=2 --train-samples=300 --test-samples=100",
        "True",
        "False",
    ),
    (
        "fl-calibration --devices=3 --rounds=4 --runs=2 --payload-bits=28100",
        "True",
        "False",
    ),
    (
        "fl-compare --optimizers=joint,equal,schedule --devices=3 --rounds=2 --runs=2 --train-samples=300 --test-samples=100",
        "True",
        "False",
    ),
    ("fl-joint-energy-time --runs=2 --devices=5", "True", "False"),
    ("fl-joint-energy-time --packets --rounds=2 --devices=5", "True", "False"),
    (
        "fl-task-allocation --quick --runs=2 --rounds=2 --train-samples=200 --test-samples=100 --model=softmax",
        "True",
        "False",
    ),
    (
        "fl-task-allocation --packets --runs=1 --devices=4 --rounds=2 --train-samples=200 --test-samples=100 --model=softmax --ns3::fl::MelOptimizer::Parallelised=true",
        "True",
        "False",
    ),
    ("fl-device-scheduling --runs=2 --devices=5 --formula-rounds=60", "True", "False"),
    (
        "fl-split-lora --quick --devices=4 --data=synthetic-digits --train-samples=300 --test-samples=60",
        "True",
        "False",
    ),
    (
        "fl-split-lora --packets --rounds=2 --devices=4 --runs=1 --data=synthetic-digits --train-samples=300 --test-samples=60",
        "True",
        "False",
    ),
    ("fl-async-multitask --quick --figures=8,11 --runs=1 --aggregations=6", "True", "False"),
    ("fl-offload-agent --quick --figure=8b", "True", "False"),
    (
        "fl-blockchain --quick --figure=4,6 --svhn=synthetic-digits --fashion=synthetic-digits",
        "True",
        "False",
    ),
    ("fl-bench --quick", "True", "False"),
    ("fl-data", "True", "True"),
    ("fl-ledger --help", "True", "False"),
    ("fl-solve --help", "True", "False"),
]

# ns-3 wants this list too; there are none in Python.
python_examples = []
