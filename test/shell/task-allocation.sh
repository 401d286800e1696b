#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-task-allocation can count on: one line and the right exit code for each bad input, the same bytes on any
# number of threads, and tables that hold what is proved about them.
. "$(dirname "$0")/lib.sh"

study()
{
  fl_program fl-task-allocation --quick --runs=2 --rounds=2 --train-samples=200 --test-samples=100 --model=softmax "$@"
}

# Bad arguments.
for figures in '' ',' 3 9 '4,' -4 'all,4' four; do
  expect_error 2 '--figures=.*: must be all, or some of 4 to 8, separated by commas' study "--figures=$figures"
done
expect_error 2 '--method=ha-sync: must be one of exact, sai' study --method=ha-sync
expect_error 2 '--runs=0: must be' study --runs=0
expect_error 2 '--payload-bits=1000: must be 0 for figures' study --payload-bits=1000
expect_error 2 '--nosuch: unknown option' study --nosuch=1
expect_error 2 '/proc/fl' study --out=/proc/fl
expect_error 2 'Method = .best.: must be one of exact, sai' study --packets --optimizer=ns3::fl::MelOptimizer \
  --ns3::fl::MelOptimizer::Method=best
expect_exit 3 'cycleTimeS must be at least' study --packets --devices=2 --ns3::fl::MelOptimizer::CycleTime=1us

# The same bytes on any number of threads; other random numbers, other results.
expect_exit 0 'Tables and plots are in a/' study --threads=0 --out=a
expect_exit 0 '' study --threads=3 --out=b
expect_exit 0 '' study --threads=3 --out=c --RngRun=5
for name in figure-{4,5,6,7,8} claims; do
  expect_same "a/$name.csv" "b/$name.csv"
  ! cmp -s "a/$name.csv" "c/$name.csv" || fail "$name.csv does not depend on the run number"
  ! grep -qiE '(^|,)-?(nan|inf)' "a/$name.csv" || fail "$name.csv holds something that is no number"
  columns=$(head -n 1 "a/$name.csv" | tr -cd , | wc -c)
  awk -F, -v n="$columns" 'NF != n + 1 { exit 1 }' "a/$name.csv" || fail "$name.csv: a row's fields"
done
grep -q '^HA-Asyn with c = 0 coincides with HA-Sync,coincide,the same mean tau in 4 of 4 runs,met$' a/claims.csv ||
  fail "c = 0 does not coincide"
# What --quick leaves out, T = 25 s for 97.3 % and the 5 s at which equal shares fail, is not tested.
[ "$(grep -cE '^(fewer updates than HA-Sync to 97.3 %|equal batches do not always learn).*,not tested$' a/claims.csv)" -eq 3 ] ||
  fail "claims about limits that were not run: $(cat a/claims.csv)"
awk -F, 'NR > 1 && $4 !~ /^(met|(exceeded|missed) by .*|holds (beyond|within) intervals|does not hold|not tested)$/ { exit 1 }' \
  a/claims.csv || fail "a verdict that the rule does not know"
# More staleness gives no fewer iterations: mean_iterations_mean by c, of the optimum.
awk -F, '$3 == "HA-Asyn" && $10 == 0 { if (($1, $2) in last && $8 < last[$1, $2]) exit 1; last[$1, $2] = $8 }' \
  a/figure-5.csv || fail "fewer iterations with more staleness"

# Packets: result files as of every cell.
expect_exit 0 '' study --packets --devices=3 --out=p --ns3::fl::MelOptimizer::Parallelised=true
[ -s p/run-1/rounds.csv ] || [ -s p/rounds.csv ] || fail "no rounds.csv in $(ls p)"
