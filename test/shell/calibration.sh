#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fl-calibration: rows of all runs and rounds, gains that follow from them, the same again; what it refuses.

. "$(dirname "$0")/lib.sh"

study()
{
  fl_program fl-calibration --phy=fdma --devices=3 --rounds=5 --runs=2 --payload-bits=28100 "$@"
}

expect_error 2 '--rounds=3: must be at least 4, from which on rounds count' study --rounds=3
expect_error 2 '--phy=radio: must be one of all, fdma' study --phy=radio
expect_error 2 'CalibrationWeight' study --ns3::fl::SyncCoordinator::CalibrationWeight=0

expect_exit 0 '^fdma +0\.5 +2 +' study --out=one
expect_exit 0 '^fdma +0 +2 +' study --out=two
expect_same one/rounds.csv two/rounds.csv
[ "$(head -n 1 one/rounds.csv)" = "phy,weight_energy,run,round,calibrated,objective,energy_j,time_s,round_s" ] ||
  fail "columns of rounds.csv"
# 2 weights, 2 runs, with and without, 5 rounds.
[ "$(grep -c '^fdma,' one/rounds.csv)" -eq 40 ] || fail "not one row per round"
! grep -qiE '(^|,)-?(nan|inf)' one/rounds.csv || fail "rounds.csv holds something that is no number"
# Nothing was measured before the first round: it is the same with and without.
awk -F, '$4 == 1 { print $1, $2, $3, $6 }' one/rounds.csv | sort | uniq -c | awk '$1 != 2 { exit 1 }' ||
  fail "calibration before the first round"
# The objective is the weighted sum of its row.
awk -F, 'NR > 1 { o = $2 * $7 + (1 - $2) * $8; d = o / $6 - 1; if (d > 1e-12 || d < -1e-12) exit 1 }' one/rounds.csv ||
  fail "objective"
# The gain of the summary is that of the rows.
wanted=$(awk -F, '$2 == 0.5 && $4 >= 4 { s[$3, $5] += $6 } END { for (r = 1; r <= 2; r++) g += (1 - s[r, 1] / s[r, 0]) / 2
  printf "%.6f", g }' one/rounds.csv)
found=$(grep -A 2 '"objective_gain"' one/summary.json | head -n 3 | sed -n 's/.*"mean": \([-0-9.e]*\).*/\1/p')
awk -v a="$wanted" -v b="$found" 'BEGIN { d = a - b; exit !(d < 1e-6 && d > -1e-6) }' || fail "gain: $found, not $wanted"
[ -s one/objective-fdma-w0.5.plt ] && [ -s one/objective-fdma-w0.plt ] || fail "plots"
