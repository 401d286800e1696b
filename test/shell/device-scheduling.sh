#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-device-scheduling can count on: one line and the right exit code for each bad input, tables and plots, the
# same bytes on any number of threads.
. "$(dirname "$0")/lib.sh"

# study OPTION...
study()
{
  fl_program fl-device-scheduling --runs=2 --devices=5 --formula-rounds=60 "$@"
}

# packets OPTION...
packets()
{
  fl_program fl-device-scheduling --packets --runs=2 --devices=4 --rounds=3 --payload-bits=20000 "$@"
}

# --- Figures by formula ---

expect_exit 0 "exact .* devices, average delay" study --out=one --threads=1
expect_exit 0 "Tables and plots are in two/" study --out=two --threads=2
for file in figure-5.csv queue.csv; do
  cmp one/$file two/$file || fail "$file depends on the number of threads"
done
[ "$(head -n 1 one/run-times.csv)" = "method,limit_per_bit_s,rounds,least_s,lower_quartile_s,median_s,upper_quartile_s,most_s" ] ||
  fail "columns of run-times.csv"
[ "$(wc -l <one/figure-5.csv)" -eq 55 ] || fail "figure-5.csv: 9 methods at 6 limits, and a header"
for plot in figure-5-scheduled figure-5-delay queue average-delay figure-6; do
  [ -s one/$plot.plt ] || fail "$plot is missing"
done
[ "$(head -n 1 one/claims.csv)" = "claim,paper,measured,verdict" ] && [ "$(wc -l <one/claims.csv)" -eq 5 ] ||
  fail "claims.csv"
cmp one/claims.csv two/claims.csv || fail "claims.csv depends on the number of threads"
grep -q '"status": "done"' one/summary.json || fail "summary.json"

# --- Packet by packet ---

expect_exit 0 "Warning: Theorem 1 does not hold" packets --out=air --compare=schedule,schedule-all,equal
[ "$(wc -l <air/packets/learning.csv)" -eq 10 ] || fail "learning.csv: 3 optimizers, 3 rounds, and a header"
[ -s air/packets/schedule/run-2/rounds.csv ] || fail "result files of the runs"
for phy in lte wifi; do
  if fl_program fl-quickstart --help 2>&1 | grep -q "fdma, lte or wifi" &&
    packets --phy=$phy --rounds=1 --out=$phy --compare=schedule >/dev/null 2>&1; then
    [ -s $phy/packets/learning.csv ] || fail "no learning.csv over $phy"
  fi
done

# --- Bad input ---

expect_error 2 "--formula-rounds=0: must be" study --formula-rounds=0
expect_error 2 "--compare=nonesuch: must be names of optimizers" packets --compare=nonesuch
# An attribute whose value only the optimizer can judge.
expect_error 2 "ScheduleOptimizer: QueueUpdate = '18b': must be one of 18a, algorithm1" packets \
  --ns3::fl::ScheduleOptimizer::QueueUpdate=18b
expect_error 2 "ns3::fl::ScheduleOptimizer::ZetaDecay" packets --ns3::fl::ScheduleOptimizer::ZetaDecay=2
