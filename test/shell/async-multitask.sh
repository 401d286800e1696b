#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-async-multitask can count on: one line and the right exit code for each bad input, the same bytes on any
# number of threads, and tables that hold what is proved about them.
. "$(dirname "$0")/lib.sh"

study()
{
  fl_program fl-async-multitask --quick --runs=1 --aggregations=6 --train-samples=400 --test-samples=50 \
    --fashion=synthetic-clutter "$@"
}

# Bad arguments.
for figures in '' ',' 4 15 'all,5' five; do
  expect_error 2 '--figures=.*: must be all, or some of 5 to 14 and remarks, separated by commas' study "--figures=$figures"
done
expect_error 2 '--aggregations=1: must be' study --aggregations=1
expect_error 2 '--samples=2: must be' study --samples=2
expect_error 2 '--evaluate-every=0: must be' study --evaluate-every=0
expect_error 2 '--runs=0: must be' study --runs=0
expect_error 2 '--schemes=SGD: must be all, or some of DMA-FL, DMA-FL-NR' study --schemes=SGD
expect_error 2 '--learning-rate=-1: must be' study --learning-rate=-1
expect_error 2 '--phy=lte: .*packets' study --phy=lte
expect_error 2 'no-such-folder' study --svhn=no-such-folder
expect_error 2 'svhn-cnn' study --svhn=synthetic-digits

# The same bytes on any number of threads; other random numbers, other results.
expect_exit 0 'Tables and plots are in a/' study --figures=9,12,remarks --threads=0 --out=a
expect_exit 0 '' study --figures=9,12,remarks --threads=3 --out=b
expect_exit 0 '' study --figures=9,12,remarks --threads=3 --out=c --RngRun=5
for name in curves energy plans sweeps claims; do
  expect_same "a/$name.csv" "b/$name.csv"
  ! cmp -s "a/$name.csv" "c/$name.csv" || fail "$name.csv does not depend on the run number"
  ! grep -qiE '(^|,)-?(nan|inf)' "a/$name.csv" || fail "$name.csv holds something that is no number"
  columns=$(head -n 1 "a/$name.csv" | tr -cd , | wc -c)
  awk -F, -v n="$columns" 'NF != n + 1 { exit 1 }' "a/$name.csv" || fail "$name.csv: a row's fields"
done
# Table I, counted.
for parameters in 466122 7850; do
  grep -q "\"parameters\": $parameters" a/summary.json || fail "$parameters parameters: $(cat a/summary.json)"
done
# Ten devices do more of everything than one: energy to the same number of aggregations.
awk -F, '$1 == "varied" && $3 == "SVHN" && $5 == 6 { energy[$2] = $13 } END { exit !(energy["synchronous"] > energy["DMA-FL"]) }' \
  a/curves.csv || fail "synchronous rounds take no more energy"
awk -F, 'NR > 1 && $4 !~ /^(met|(exceeded|missed) by .*|holds (beyond|within) intervals|does not hold|not tested)$/ { exit 1 }' \
  a/claims.csv || fail "a verdict that the rule does not know"
# Some of the schemes: what was not drawn is not judged.
expect_exit 0 '' study --figures=5 --schemes=DMA-FL,FedAsync --learning-rate=0.1 --out=d
[ "$(cut -d, -f2 d/curves.csv | sort -u | tr '\n' ' ')" = "DMA-FL FedAsync curve " ] || fail "other schemes: $(cut -d, -f2 d/curves.csv | sort -u)"
grep -q '^figure 6: asynchronous baselines need less than synchronous ones,.*,not tested$' d/claims.csv || fail "judged what was not drawn"

# Packets: rounds of several tasks beside asynchronous ones. Nobody is late where all are waited for.
expect_error 2 "--compare: must have fedavg-full, fedavg-partial or .*'worst'" study --packets --compare=worst
packets()
{
  study --packets --aggregations=3 --threads=1 "$@"
}
expect_exit 0 '^fedavg-partial: SVHN' packets --compare=dma-fedasync,fedavg-full,fedavg-partial --out=p
[ "$(cut -d, -f1 p/packets/packets.csv | uniq -c | tr -s ' ' | tr '\n' ';')" = \
  ' 1 scheme; 3 dma-fedasync; 3 fedavg-full; 3 fedavg-partial;' ] || fail "schemes: $(cat p/packets/packets.csv)"
awk -F, '$1 == "fedavg-full" && $16 != 0 || $1 == "fedavg-partial" && $16 > 0 { late += 1 } END { exit late != 3 }' \
  p/packets/packets.csv || fail "staleness of rounds: $(cat p/packets/packets.csv)"
# An aggregation of FedAvg-Full has the uploads of all devices.
awk -F, '$1 == "fedavg-full" && $4 == "upload" { n[$2 $8] += 1 } END { for (i in n) if (n[i] != 10) exit 1 }' \
  p/packets/periods.csv || fail "uploads of an aggregation"
for figure in 1-fedavg-full 1-dma-fedasync 2c 3 4a; do
  [ -s "p/packets/figure-$figure.plt" ] || fail "figure $figure"
done
# Late devices that are told to stop merge nothing stale.
expect_exit 0 '^fedavg-partial: SVHN' packets --compare=fedavg-partial --drop-late --out=q
awk -F, 'NR > 1 && $16 != 0 { exit 1 }' q/packets/packets.csv || fail "dropped: $(cat q/packets/packets.csv)"
