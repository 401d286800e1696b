#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every program says on standard error what it is computing, and how long that will take; standard output has none of it.

. "$(dirname "$0")/lib.sh"

# shows REGEX PROGRAM ARGS... - a line of standard error matches, and each that has an ETA is a line of progress.
shows()
{
  local regex=$1
  shift
  expect_exit 0 "" fl_program "$@"
  # shellcheck disable=SC2154 # set by run, in lib.sh
  grep -qE -- "$regex" <<<"$err" || fail "$* -- no line of progress matches '$regex': $err"
  ! grep -q ETA <<<"$out" || fail "$* -- progress on standard output"
}

eta='ETA ([0-9]+:)?[0-9]+:[0-9][0-9]$'
shows "^figure-2, 2 drops by formula  100 %  $eta" fl-joint-energy-time --runs=2 --devices=3 --figures=2
shows "^round 2/2  .*  $eta" fl-joint-energy-time --packets --rounds=2 --devices=3
study="--quick --runs=1 --rounds=2 --train-samples=100 --test-samples=50 --model=softmax --figures=4"
# shellcheck disable=SC2086 # these are several words
shows "^learning with [0-9]+ allocations, 2 global cycles each  100 %  $eta" fl-task-allocation $study
# shellcheck disable=SC2154
grep -qE '^allocation by HA-Asyn, T = 10 s, E = 10 J, c = 0 +0 %  ETA -$' <<<"$err" || fail "allocations: $err"
shows "^figure 6, run times  100 %  $eta" fl-device-scheduling --runs=1 --devices=3 --formula-rounds=20
grep -qE '^figure 5 and queues, [0-9]+ curves by formula +0 %' <<<"$err" || fail "figure 5: $err"

# A comparison names what it compares, and its time that is left is that of all.
shows "^fdma, equal  run 2/2  round 2/2  .*  ETA 0:0" fl-compare --rounds=2 --devices=3 --runs=2 --payload-bits=20000 \
  --optimizers=schedule-all,equal
grep -qE "^fdma, schedule-all  run 1/2  round 1/2  .*  $eta" <<<"$err" || fail "schedule-all is not named: $err"
shows "^fdma, equal  round 1/1  .*  $eta" fl-phy-comparison --phy=fdma --optimizer=equal --devices=3 --rounds=1 \
  --payload-bits=20000
shows "^fdma, joint, w1 = 0  run 2/2  round 4/4 .*  ETA 0:00" fl-calibration --phy=fdma --devices=3 --rounds=4 --runs=1 \
  --payload-bits=28100

# Benchmarks: each row.
shows "^step: 100 SGD steps, 1 times  100 %  $eta" fl-bench --quick --only=step
shows "^transfer: .* MB over FDMA, real bytes, run 1 +[0-9]+ %  $eta" fl-bench --quick --only=transfer
grep -qE "^transfer: .* MB over point-to-point links, BulkSend, run 1 +0 %  ETA -$" <<<"$err" || fail "the first row: $err"
