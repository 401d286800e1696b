#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-split-lora can count on: each figure has tables and plots, the same bytes on any number of threads, packets
# over each PHY; one line and the right exit code for each bad input.
. "$(dirname "$0")/lib.sh"

# study OPTION...
study()
{
  fl_program fl-split-lora --quick --devices=5 --data=synthetic-digits --train-samples=400 --test-samples=60 --batch=8 "$@"
}

# columns FILE NAME... - the file has columns of these names.
columns()
{
  local file=$1 name
  shift
  for name in "$@"; do
    head -n 1 "$file" | tr , '\n' | grep -qx "$name" || fail "$file has no column $name"
  done
}

# --- Figures by formula ---

expect_exit 0 "All-in .* 5.00 devices" study --out=one --threads=1
expect_exit 0 "Tables and plots are in two/" study --out=two --threads=2
for file in figure-4.csv costs.csv theory.csv table.csv claims.csv; do
  expect_same one/$file two/$file
done
# 5 schemes, evaluated after rounds 0, 2 and 4.
[ "$(wc -l <one/figure-4.csv)" -eq 16 ] || fail "figure-4.csv: 5 schemes, 3 evaluations, and a header"
columns one/figure-4.csv data scheme limit_per_bit_s round training_loss_mean accuracy_mean accuracy_ci95 activations_bits_mean \
  server_j_mean
columns one/costs.csv devices_mean roughness_mean reached time_s_to_gain_mean device_j_to_gain_mean gradients_bits_to_gain_mean
columns one/theory.csv gradient_square_mean lemma_printed_mean lemma_corrected_mean smoothness_mean condition_holds bound_mean \
  bound_printed_mean
for plot in training_loss accuracy; do
  [ -s one/figure-4-synthetic-digits-0.0008-$plot.plt ] || fail "no plot of $plot"
done
# The corrected side of Lemma 1 is never below the left one.
awk -F, 'NR > 1 && $10 < $6 { exit 1 }' one/theory.csv || fail "Lemma 1 as corrected"
grep -q "Theorem 1 says nothing here" one/figure-4-synthetic-digits-0.0008-accuracy.plt || fail "the figure does not say so"
[ "$(head -n 1 one/claims.csv)" = "claim,paper,measured,verdict" ] && [ "$(wc -l <one/claims.csv)" -eq 18 ] || fail "claims.csv"
grep -q '^BERT-base has 454 thousand adapters.*,met$' one/claims.csv || fail "the paper's 454K"
grep -q '"status": "done"' one/summary.json || fail "summary.json"

expect_exit 0 "synthetic-mrpc, 0.05 ms per bit" study --figure=3 --texts=synthetic-mrpc,synthetic-reviews --schemes=GS,All-in \
  --out=three
[ "$(wc -l <three/figure-3.csv)" -eq 25 ] || fail "figure-3.csv: 2 texts, 2 schemes, 2 limits, 3 evaluations, and a header"
expect_exit 0 "Tables and plots" study --figure=5 --schemes=GS --out=five
[ "$(wc -l <five/costs.csv)" -eq 10 ] || fail "figure 5: 9 limits, and a header"
[ -s five/figure-5-accuracy.plt ] || fail "no plot of figure 5"
expect_exit 0 "a solution takes longer" study --figure=6 --out=six
[ "$(wc -l <six/figure-6.csv)" -eq 19 ] || fail "figure-6.csv: 2 methods, 9 limits, and a header"
expect_exit 0 "N = 5 " study --figure=devices --out=devices
[ "$(wc -l <devices/figure-devices.csv)" -eq 7 ] || fail "figure-devices.csv: 1 and 5 of 5 devices"
expect_exit 0 "Largest class: " study --figure=base --out=base
[ "$(wc -l <base/costs.csv)" -eq 4 ] || fail "costs.csv: adapters, heads alone, a random base, and a header"
expect_exit 0 "halves beside classes, 0.0008" study --figure=tasks --out=tasks
# Accuracies by case, the last ones: by all, classes are what figure 4 has; beside the halves they are others.
last() { awk -F, -v data="$2" '$2 == data && $3 == "All-in" { x = $0 } END { sub(/^[^,]*,[^,]*,/, "", x); print x }' "$1"; }
[ "$(last tasks/figure-tasks.csv "classes by all")" = "$(last one/figure-4.csv synthetic-digits)" ] || fail "classes by all"
[ "$(last tasks/figure-tasks.csv "classes beside halves")" != "$(last one/figure-4.csv synthetic-digits)" ] || fail "classes beside halves"
[ "$(wc -l <tasks/costs.csv)" -eq 5 ] || fail "costs.csv: 2 tasks, by all and beside the other, and a header"
expect_exit 0 "mu 101.450 .the paper.s way 102.236.; full FL 3503 each way, adapters alone 14.55" study --figure=table --out=table
# Beyond the paper.
expect_exit 0 "All-in" study --schemes=All-in --partition=labels:2 --encoding=float16 --lora-rank=2 --shared-head --paper-payload \
  --step=sgd --base=random --out=beyond
awk -F, 'FNR == 1 { next } FILENAME ~ /one/ && $3 == "All-in" { long = $23 } FILENAME ~ /beyond/ { short = $23 }
  END { exit !(short > 0 && short < 0.6 * long) }' one/figure-4.csv beyond/figure-4.csv || fail "float16 sends half"

# --- Packet by packet ---

for phy in fdma lte wifi; do
  [ "$phy" = fdma ] || grep -q "fl-$phy" "$FL_BUILD_DIR/suites.cmake" || continue
  band=10e6
  [ "$phy" != wifi ] || band=20e6
  expect_exit 0 "Tables and plots are in" study --packets --phy=$phy --bandwidth=$band --rounds=2 --runs=1 --compare=schedule-all --out=$phy
  [ "$(wc -l <$phy/packets/learning.csv)" -eq 3 ] || fail "$phy: learning.csv"
  [ -n "$(ls $phy/packets/*/*/heads.csv 2>/dev/null)" ] || fail "$phy: heads"
done

# --- Bad input ---

expect_error 2 "--figure=7: must be" study --figure=7
expect_error 2 "--texts=nonesuch: must be names of data" study --figure=3 --texts=nonesuch
expect_error 2 "--schemes=XX: must be all, or some of exact, Algorithm 1, GS, AABA, All-in" study --schemes=XX
expect_error 2 "--limits=-1: must be numbers above 0" study --limits=-1
expect_error 2 "--timed-rounds=0: must be" study --timed-rounds=0
expect_error 2 "--evaluate-every=0: must be" study --evaluate-every=0
expect_error 2 "--evaluated=0: must be" study --evaluated=0
expect_error 2 "--compare=XX: must be names of optimizers" study --packets --compare=XX
expect_error 2 "--coordinator=sync" study --coordinator=sync
expect_error 2 "--base=nonesuch: must be pretrained, random, or a file that exists" study --base=nonesuch
