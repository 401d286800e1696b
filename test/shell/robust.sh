#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Robust rules in packets: the rule is an attribute of the coordinator, whose mean is FedAvg as ever, and what it can't do is said.
. "$(dirname "$0")/lib.sh"

# cell OPTION... - a small one
cell()
{
  fl_program fl-quickstart --devices=5 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

rule=--ns3::fl::SyncCoordinator::Rule
byzantine=--ns3::fl::SyncCoordinator::Byzantine
expect_exit 0 "" cell --out=usual
expect_exit 0 "" cell $rule=mean --out=mean
cmp usual/rounds.csv mean/rounds.csv || fail "mean is another rule than FedAvg"
for name in krum multi-krum median trimmed-mean geometric-median centred-clipping; do
  expect_exit 0 "" cell $rule=$name $byzantine=1 --out=$name
  # Other models, in the same time: the packets are the same.
  cmp -s usual/rounds.csv $name/rounds.csv && fail "$name makes no difference"
  diff <(cut -d, -f1-6 usual/rounds.csv) <(cut -d, -f1-6 $name/rounds.csv) || fail "$name takes another time"
done
expect_exit 2 "rule 'mode': must be one of mean, krum" cell $rule=mode
expect_exit 2 "krum of 5 inputs, 2 of which may be anything: must have at least 7" cell $rule=krum $byzantine=2
expect_exit 2 "SplitCoordinator: Rule median: must be mean" cell --coordinator=split $rule=median
