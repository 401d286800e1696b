#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two runs into one folder at once: the second ends with a clear line before it simulates anything, the first is not
# disturbed; a run that is killed leaves no lock.

. "$(dirname "$0")/lib.sh"

long()
{
  exec "$FL_BUILD_DIR/bin/fl-quickstart" --devices=3 --rounds=1000000 --payload-bits=28100 --out=out
}

# second PROGRAM ARGS... - refused while the first one runs.
second()
{
  expect_error 2 'results folder out.*: another run is writing into it; must be a folder that no other run uses' fl_program "$@"
}

long >first 2>&1 &
pid=$!
for ((i = 0; i < 600; ++i)); do
  grep -q '^round ' first && break
  sleep 0.1
done
second fl-quickstart --devices=3 --rounds=2 --payload-bits=28100 --out=out
second fl-any-link --devices=3 --rounds=2 --train-samples=300 --test-samples=100 --out=out
second fl-phy-comparison --phy=fdma --devices=3 --rounds=2 --train-samples=300 --test-samples=100 --out=out
second fl-calibration --phy=fdma --devices=3 --rounds=4 --runs=2 --payload-bits=28100 --out=out
second fl-joint-energy-time --runs=1 --devices=3 --figures=2 --out=out
second fl-task-allocation --quick --runs=1 --rounds=1 --train-samples=100 --test-samples=50 --figures=4 --out=out
second fl-device-scheduling --runs=1 --devices=3 --formula-rounds=10 --out=out
kill -0 $pid 2>/dev/null || fail "the first run was disturbed: $(tail -n 1 first)"

# As a crash.
kill -KILL $pid
wait $pid 2>/dev/null
expect_exit 0 'all rounds are done' fl_program fl-quickstart --devices=3 --rounds=2 --payload-bits=28100 --out=out
[ "$(wc -l <out/rounds.csv)" -eq 3 ] || fail "rounds.csv after a crash"

# One after the other is none at once; nor are two folders.
expect_exit 0 'all rounds are done' fl_program fl-quickstart --devices=3 --rounds=1 --payload-bits=28100 --out=out
