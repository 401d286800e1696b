#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# --coordinator=split over each PHY of this build: whole files, three transfers an order, the same bytes on one thread and on
# two, and again from the summary; its options' errors, a line each.

. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --coordinator=split --devices=4 --rounds=3 --train-samples=300 --test-samples=100 --batch=8 "$@"
}

# What is refused.
refuse()
{
  expect_error 2 "$1" fl_program fl-quickstart --coordinator=split --out=refused "${@:2}"
  [ ! -e refused ] || fail "${*:2} -- left a folder"
}
refuse '--model=mlp: must be a transformer with --coordinator=split, or left out' --model=mlp
refuse '--payload-bits=1000: must be left out with --coordinator=split' --payload-bits=1000
refuse '--momentum=0.5: must be left out with --coordinator=split' --momentum=0.5
refuse '--proximal=1: must be left out with --coordinator=split' --proximal=1
refuse '--batch=0: must be at least 1 with --coordinator=split' --batch=0
refuse '--buffer=2: must be left out with --coordinator=split' --buffer=2
refuse '--base=nonesuch: must be pretrained, random, or a file that exists' --base=nonesuch
refuse '--step=newton: must be' --step=newton
refuse '--lora-rank=0: must be' --lora-rank=0
refuse '--lora-alpha=0: must be' --lora-alpha=0
refuse '--shared-head=2: must be' --shared-head=2
refuse '--paper-payload=2: must be' --paper-payload=2
for option in base=random step=adam lora-rank=2 lora-alpha=1 shared-head=1 paper-payload=1; do
  expect_error 2 "--$option: must be left out with --coordinator=sync" fl_program fl-quickstart --$option --out=refused
done
echo "no weights" >weights
expect_error 2 'weights: header of .* must be at most' fl_program fl-quickstart --coordinator=split --base=weights --out=bad
expect_error 2 "model 'transformer:bert-base': must be a transformer of images" fl_program fl-quickstart --coordinator=split \
  --model=transformer:bert-base --out=bad
expect_exit 2 'Parallelised = true: must be false in a timing study, in split learning' quickstart --optimizer=mel-exact \
  --ns3::fl::MelOptimizer::Parallelised=true --out=parallel

for phy in fdma lte wifi; do
  [ "$phy" = fdma ] || grep -q "fl-$phy" "$FL_BUILD_DIR/suites.cmake" || continue
  expect_exit 0 'all rounds are done' quickstart --phy=$phy --optimizer=equal --threads=1 --out=$phy
  expect_exit 0 'all rounds are done' quickstart --phy=$phy --optimizer=equal --threads=2 --out=again
  rm -rf like
  expect_exit 0 'all rounds are done' fl_program fl-quickstart --like=$phy/summary.json --out=like
  for file in rounds.csv devices.csv transfers.csv computations.csv heads.csv; do
    expect_same $phy/$file again/$file
    expect_same $phy/$file like/$file
  done
  [ "$(awk -F, 'NR > 1 { print $5 "/" $6 }' $phy/transfers.csv | sort | uniq -c | tr -s ' \n' ' ')" = \
    ' 12 activations/uplink 12 features/downlink 12 gradients/uplink ' ] || fail "$phy: transfers"
  [ "$(awk -F, 'NR > 1 { print $5 "/" $6 }' $phy/computations.csv | sort | uniq -c | tr -s ' \n' ' ')" = \
    ' 12 device/backward 12 device/forward 12 server/backward 12 server/forward ' ] || fail "$phy: computations"
  # 8 samples of 17 tokens of 64 numbers, with their prefixes, and 8 gradients of 64.
  awk -F, 'NR > 1 && $26 != 8 * (4 + 4 + 4 * 8 + 4 * 8 * 17 * 64 + 4 + 4 * 8 * 64) { exit 1 }' $phy/devices.csv ||
    fail "$phy: uplink bits"
  # The round's accuracy is the mean of its heads'.
  awk -F, 'FNR == 1 { next } FILENAME ~ /heads/ { sum[$1] += $4; ++n[$1]; next }
    { d = $8 - sum[$1] / 4; if (n[$1] != 4 || d > 1e-9 || d < -1e-9) exit 1 }' $phy/heads.csv $phy/rounds.csv ||
    fail "$phy: heads"
done
# FDMA's sub-bands are private: what is predicted of both uplinks holds.
awk -F, 'NR > 1 && $22 == "merged" && ($19 < 0.97 * $14 || $19 > 1.03 * $14) { exit 1 }' fdma/devices.csv ||
  fail "predictions over FDMA are off"

# float16 sends half; a run of ordinary learning in the same folder leaves no heads.
expect_exit 0 'all rounds are done' quickstart --optimizer=schedule --encoding=float16 --out=fdma
awk -F, 'NR > 1 && $4 == 1 && $26 != 8 * (4 + 4 + 4 * 8 + 2 * 8 * 17 * 64 + 4 + 2 * 8 * 64) { exit 1 }' fdma/devices.csv ||
  fail "float16: uplink bits"
# By kind: embeddings as they are, features and gradients by half. Matrices have a prefix of 4 bytes.
expect_exit 0 'all rounds are done' quickstart --optimizer=equal --base=random --encode-features=float16 \
  --encode-gradients=float16 --out=kinds
awk -F, 'NR > 1 && $7 != ($5 == "activations" ? 8 * (4 + 4 * 8 + 4 * 8 * 17 * 64 + 4) : 8 * (4 + 2 * 8 * 64)) {
  print; exit 1 }' kinds/transfers.csv || fail "encoding by kind"
refuse '--encode-features=float8: must be' --encode-features=float8
for kind in activations features gradients; do
  expect_error 2 "--encode-$kind=float16: must be left out with --coordinator=sync" fl_program fl-quickstart \
    --encode-$kind=float16 --out=refused
done

# A file of owners has those of all samples, also where half of them are the base's.
for i in $(seq 300); do echo $((i % 5)); done >owners
expect_exit 0 'all rounds are done' quickstart --optimizer=equal --partition=owners:owners --out=owners-run
for i in $(seq 300); do echo $((i > 296 ? i - 296 : 0)); done >few
expect_error 2 'device [0-9]*: all samples of its owner are those that the base is pretrained on: must have more' quickstart \
  --devices=5 --partition=owners:few --out=bad

expect_exit 0 'all rounds are done' fl_program fl-quickstart --devices=4 --rounds=1 --train-samples=300 --test-samples=100 --out=fdma
[ ! -e fdma/heads.csv ] || fail "heads of an earlier run are still there"

# A shared head goes down and up: 10 x 64 weights and 10 biases, with their prefix; counted in what optimizers plan with, as z
# is with --paper-payload.
expect_exit 0 'all rounds are done' quickstart --optimizer=schedule-all --shared-head --paper-payload --step=adam --lr=0.003 \
  --lora-rank=2 --base=random --model=transformer:1-32-2 --out=shared
awk -F, 'NR > 1 && $26 != 8 * (4 + 4 + 4 * 8 + 4 * 8 * 17 * 32 + 4 + 4 * 8 * 32 + 4 + 4 * 330) { exit 1 }' shared/devices.csv ||
  fail "shared head: uplink bits"
[ "$(awk -F, 'NR > 1 { print $1, $4 }' shared/heads.csv | sort -u | wc -l)" -eq 3 ] || fail "one head, one accuracy a round"
grep -q '"server_energy_j"' shared/summary.json || fail "the server's energy"

# The server stops and starts again.
expect_exit 0 'all rounds are done' quickstart --rounds=10 --server-stop=0.05 --server-restart=1 --out=stop
awk -F, 'NR > 1 { print $22 }' stop/devices.csv | grep -q aborted || fail "no order was in flight when the server stopped"
