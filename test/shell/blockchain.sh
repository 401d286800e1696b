#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-blockchain can count on: figures are the same bytes on any number of threads, and again by --like; the
# ledger that a run leaves is sound, and a flipped bit of it is found; bad input is refused.
. "$(dirname "$0")/lib.sh"

# study OPTION...
study()
{
  fl_program fl-blockchain --quick --svhn=synthetic-digits --fashion=synthetic-digits "$@"
}

# --- Without a ledger ---

expect_exit 0 "Tables and plots are in one/" study --figure=4 --out=one --threads=1
expect_exit 0 "Figure 4: accuracy of the last rounds" study --figure=4 --out=two --threads=3
for file in figure-4.csv figure-4-summary.csv claims.csv; do
  cmp one/$file two/$file || fail "$file depends on the number of threads"
done
expect_exit 0 "Tables and plots" fl_program fl-blockchain --like=one/summary.json --out=again
cmp one/figure-4.csv again/figure-4.csv || fail "--like is another run"
[ "$(head -n 1 one/figure-4.csv)" = "partition,curve,round,accuracy_mean,accuracy_ci95,loss_mean,loss_ci95" ] ||
  fail "columns of figure-4.csv"
[ "$(wc -l <one/figure-4.csv)" -eq 37 ] || fail "figure-4.csv: 2 partitions, 3 schemes, 6 rounds, and a header"
# Consensus stays within its bound.
awk -F, 'NR > 1 && $2 == "consensus" && !($11 > 0 && $11 <= 1) { exit 1 }' one/figure-4-summary.csv || fail "error of consensus"

# Agents' figures are those of fl-offload-agent.
expect_exit 0 "Figure 9b" study --figure=9b --tune=false --out=nine
expect_exit 0 "Figure 9b" fl_program fl-offload-agent --quick --figure=9b --tune=false --out=other
cmp nine/figure-9b.csv other/figure-9b.csv || fail "figure 9b is another one than that of fl-offload-agent"

# --- With a ledger ---

run study --figure=11 --out=eleven
if [[ $err = *"without libsodium"* ]]; then
  [ "$status" -eq 2 ] || fail "exit code $status without libsodium"
else
  [ "$status" -eq 0 ] || fail "figure 11: $err"
  expect_exit 0 '^7 blocks and [0-9]+ transactions are sound' fl_program fl-ledger verify eleven/ledger.bin
  # The last byte is of the last transaction's signature.
  head -c -1 eleven/ledger.bin >damaged
  printf '\xff' >>damaged
  expect_error 2 'damaged: block 6: transactions do not have the Merkle root' fl_program fl-ledger verify damaged
  # In an exchange both attacks of both runs are found, and nobody else is accused.
  awk -F, '$2 == "with blockchain" && !($8 == 4 && $9 == 4 && $10 == 0) { exit 1 }' eleven/figure-11-summary.csv || fail "replay"
  # Traditional FL has no exchanges, and looks at nothing.
  awk -F, '$2 == "traditional FL" && $9 != 0 { exit 1 }' eleven/figure-11-summary.csv || fail "an alarm without a ledger"
  expect_exit 0 "replay own gradient *0 of 4" study --figure=detection --out=found --threads=1
  expect_exit 0 "Detection from the ledger" study --figure=detection --out=same --threads=2
  cmp found/detection.csv same/detection.csv || fail "detection.csv depends on the number of threads"
  awk -F, '$3 == "replay" && $8 != 0 { exit 1 }' found/detection.csv || fail "a false alarm of the replay"
  awk -F, '$3 == "replay" && $4 == "exchange 3" && !($10 == 1 && $11 == 0) { exit 1 }' found/detection.csv || fail "recall or delay"
  # Consensus and mining by packets, within what is predicted: the rest is TCP's first flights.
  expect_exit 0 '^sum +mining +[0-9.]+ +[0-9.]+ +[0-9.]+$' study --figure=packets --out=packets
  awk -F, '$4 == "mining" && !($7 > 0.98 * $6 && $7 < 1.02 * $6) { exit 1 }' packets/packets.csv || fail "mining by packets"
  [ "$(grep -c ,mining, packets/packets.csv)" -eq 4 ] || fail "mining of two rounds with two objectives"
  [ "$(grep -c 'chain$' packets/chain.csv)" -eq 20 ] || fail "chain.csv: 20 rounds"
  [ "$(grep -c ^device packets/map.csv)" -eq 10 ] || fail "map.csv: 10 devices"
  for phase in offload execute compute consensus mining; do
    grep -q ",$phase," packets/timeline.csv || fail "timeline.csv: $phase"
  done
  expect_exit 0 "Accuracy .* by rule and attack, attackers: servers exchange 3" \
    study --figure=robust --robust-rounds=1 --runs=1 --out=rules
  [ "$(wc -l <rules/robust.csv)" -eq 127 ] || fail "robust.csv: 8, 8 and 2 rules, 7 attacks, and a header"
fi

# --- Bad input ---

expect_error 2 "--figure=3: must be" study --figure=3
expect_error 2 "--figure=4,x: must be" study --figure=4,x
expect_error 2 "--servers=7: must be at most --devices=6" study --devices=6 --servers=7
expect_error 2 "--devices=6: must be at least 7 with figure robust" study --devices=6
expect_error 2 "--exchanges=2: must be" study --exchanges=2
expect_error 2 "--graph=mesh: must be" study --graph=mesh
expect_error 2 "--consensus-scale=sum: must be" study --consensus-scale=sum
expect_error 2 "--false-alarms=0: must be" study --false-alarms=0
expect_error 2 "--poison-scale=-1: must be" study --poison-scale=-1
expect_error 2 "--svhn-model=mlp:x: must be" study --svhn-model=mlp:x
expect_error 2 "--svhn=nonesuch: must be" fl_program fl-blockchain --svhn=nonesuch
expect_exit 2 "clean rounds for a false-alarm rate of 0.4: must be at least" study --figure=detection --clean-runs=1 --rounds=2
