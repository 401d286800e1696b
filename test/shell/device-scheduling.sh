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

# --- Bad input ---

expect_error 2 "--formula-rounds=0: must be" study --formula-rounds=0
expect_error 2 "--runs=0: must be" study --runs=0
# That is of ./fl compare.
expect_error 2 "--phy: unknown option" study --phy=lte
expect_error 2 "ns3::fl::ScheduleOptimizer::ZetaDecay" study --ns3::fl::ScheduleOptimizer::ZetaDecay=2
