#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The quickstart over LTE, where this build has it: whole files, sensible values, the same bytes again; one line for what LTE
# cannot do.

. "$(dirname "$0")/lib.sh"

if ! grep -q 'fl-lte' "$FL_BUILD_DIR/suites.cmake"; then
  expect_error 2 '--phy=lte: must be .*lte was left out' fl_program fl-quickstart --phy=lte
  exit
fi

quickstart()
{
  fl_program fl-quickstart --phy=lte --devices=3 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

expect_error 2 '--bandwidth=7e.06: must be 3e6, 5e6, 10e6, 15e6 or 20e6' quickstart --bandwidth=7e6
expect_error 2 '--devices=400: must be at most 312 with --phy=lte' quickstart --devices=400 --train-samples=4000

# Before any UE is attached there is no server to be stopped.
expect_error 2 '--server-stop=0.1: must be later than the server.s start, at 0.2' quickstart --server-stop=0.1

expect_exit 0 'all rounds are done' quickstart --out=one
expect_exit 0 'all rounds are done' quickstart --out=two
for file in rounds.csv devices.csv; do
  expect_same one/$file two/$file
done
[ "$(grep -c ',merged,' one/devices.csv)" -eq 6 ] || fail "not all of 3 devices' 2 updates were merged"
# Predicted against measured upload time: within a fifth, since random places may have noise that repeats blocks.
awk -F, 'NR > 1 && ($19 < 0.8 * $14 || $19 > 1.2 * $14) { exit 1 }' one/devices.csv || fail "predictions are far off"
awk -F, 'NR > 1 && $27 <= 0 { exit 1 }' one/devices.csv || fail "no energy of circuits"

# Circuits empty a small battery: the run ends, and says why.
expect_exit 0 'no device became available' quickstart --battery=0.5 --rounds=4 --out=battery \
  --ns3::fl::SyncCoordinator::WaitTimeout=1s
