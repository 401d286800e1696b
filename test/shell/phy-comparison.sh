#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fl-phy-comparison: one row per upload over each PHY that this build has, a summary that agrees with the rows, the same
# devices on all of them.

. "$(dirname "$0")/lib.sh"

compare()
{
  fl_program fl-phy-comparison --devices=3 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

# column NAME FILE - a column's values with the PHY before it.
column()
{
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
    if (!(name in at)) { print "no column " name > "/dev/stderr"; exit 1 }
    next } { print $1, $at[name] }' "$2"
}

expect_error 2 '--phy=radio: must be one of all, fdma' compare --phy=radio
expect_error 2 '--phy=all: must be (one of )?fdma' fl_program fl-quickstart --phy=all
expect_error 2 '/proc/fl' compare --out=/proc/fl

expect_exit 0 'Mean absolute errors' compare --out=one
expect_exit 0 '^fdma +6 +[0-9.]+ %' compare --out=two
expect_same one/phys.csv two/phys.csv
phys="fdma"
for phy in lte wifi; do
  [ ! -d "one/$phy" ] || phys="$phys $phy"
done
[ "$(head -n 1 one/phys.csv)" = "phy,run,round,device,bandwidth_hz,tx_power_w,payload_bits,predicted_upload_s,shannon_upload_s,upload_s,predicted_energy_radio_j,shannon_energy_radio_j,energy_radio_j,predicted_energy_j,energy_j" ] ||
  fail "columns of phys.csv"
! grep -qiE '(^|,)-?(nan|inf)' one/phys.csv || fail "phys.csv holds something that is no number"
for phy in $phys; do
  [ "$(grep -c "^$phy,1," one/phys.csv)" -eq 6 ] || fail "$phy: not one row per upload"
  for file in rounds.csv devices.csv summary.json; do
    [ -s "one/$phy/$file" ] || fail "no $phy/$file"
  done
  grep -q "\"$phy\": {" one/summary.json || fail "$phy is not in the summary"
done
# FDMA's own model knows headers and acknowledgements, to 0.5 %. Shannon's formula does not: headers and nothing else make
# uploads longer, by 5.2 %, so that it predicts 4.9 % too little (doc/fl.rst, "The predictor").
awk -F, '$1 == "fdma" && !($8 / $10 > 0.995 && $8 / $10 < 1.005 && $9 / $10 > 0.950 && $9 / $10 < 0.952) { exit 1 }' \
  one/phys.csv ||
  fail "FDMA: uploads are not as predicted"
# What no standard reaches is the formula.
awk -F, 'NR > 1 && $9 >= $10 { exit 1 }' one/phys.csv || fail "an upload is faster than Shannon"
# The table has the mean of the rows.
mean=$(awk -F, '$1 == "fdma" { e = $8 / $10 - 1; s += e < 0 ? -e : e; n++ } END { printf "%.1f", 100 * s / n }' one/phys.csv)
expect_exit 0 "^fdma +6 +$mean %" compare --phy=fdma --out=alone
[ "$(cut -d, -f1 alone/phys.csv | sort -u | tr '\n' ' ')" = "fdma phy " ] || fail "--phy=fdma runs over more than that"
[ ! -e alone/lte ] && [ ! -e alone/wifi ] || fail "--phy=fdma makes folders for more than that"

# The same devices on all: gains, and cycles, hence computing time at the highest frequency (to the simulator's nanosecond).
expect_exit 0 '' compare --optimizer=equal --out=equal
for phy in $phys; do
  awk -F, 'NR > 1 { printf "%s %s %s %s %s %.9f\n", $1, $2, $3, $5, $8, $13 }' "equal/$phy/devices.csv" >"$phy.csv"
  expect_same fdma.csv "$phy.csv"
done
# Several runs: numbered rows, and means in each folder.
expect_exit 0 '^fdma +12 ' compare --phy=fdma --runs=2 --out=runs
[ "$(column run runs/phys.csv | sort -u | tr '\n' ' ')" = "fdma 1 fdma 2 " ] || fail "rows of two runs"
[ -s runs/fdma/curves.csv ] || fail "no means of two runs"
# A timing study learns nothing, and has no curve of it.
expect_exit 0 '' compare --phy=fdma --payload-bits=28100 --out=one
[ ! -e one/accuracy-time.plt ] && [ -s one/upload-time-fdma.plt ] || fail "plots of a timing study"
