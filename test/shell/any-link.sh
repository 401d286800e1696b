#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fl-any-link: results and plots as of all other examples, the same bytes for the same arguments.

. "$(dirname "$0")/lib.sh"

star()
{
  fl_program fl-any-link --devices=3 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

expect_error 2 '--out=: must be the name of a folder' star --out=
expect_error 2 '--rate=0: must be' star --rate=0
expect_error 2 'PointToPointChannel::Delay=1s: must be left out: --delay sets it' star --ns3::PointToPointChannel::Delay=1s

expect_exit 0 '^final accuracy +[0-9.]+ %' star --out=a --threads=0
expect_exit 0 'all rounds are done' star --out=b --threads=2
for file in rounds.csv devices.csv; do
  expect_same "a/$file" "b/$file"
done
[ "$(wc -l <a/rounds.csv)" -eq 3 ] || fail "rounds.csv: 2 rounds and a header"
[ "$(grep -c ',merged,' a/devices.csv)" -eq 6 ] || fail "devices.csv: 3 devices, 2 rounds"
grep -q '"program": "fl-any-link"' a/summary.json || fail "summary.json"
for plot in accuracy-time accuracy-energy timeline; do
  [ -s a/$plot.plt ] || fail "no $plot.plt"
done

# Several runs: a folder each, and means.
expect_exit 0 '^rounds +4 in 2 runs' star --out=runs --runs=2
[ -s runs/curves.csv ] && [ -s runs/run-2/devices.csv ] || fail "results of two runs: $(ls runs)"
expect_same a/rounds.csv runs/run-1/rounds.csv
! cmp -s runs/run-1/rounds.csv runs/run-2/rounds.csv || fail "two runs are the same"
