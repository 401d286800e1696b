#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of ./fl compare can count on: each case is the quickstart with that optimizer, byte for byte; paired differences
# are those of its tables; one line and the right exit code for each bad input.
. "$(dirname "$0")/lib.sh"

small=(--devices=4 --rounds=3 --train-samples=300 --test-samples=100)

# compare OPTION...
compare()
{
  fl_program fl-compare --runs=2 "${small[@]}" "$@"
}

# --- Through ./fl, as it is typed ---

expect_exit 0 "^  fdma: random - joint .* \+- " "$FL" compare --optimizers=joint,random,schedule --runs=3 "${small[@]}" \
  --fading=rayleigh --background=1e5 --out=three
expect_exit 0 "Tables and plots are in again/" fl_program fl-compare --optimizers=joint,random,schedule --runs=3 "${small[@]}" \
  --fading=rayleigh --background=1e5 --out=again --threads=0
for file in compare.csv learning.csv; do
  expect_same three/$file again/$file
done
[ "$(head -n 1 three/compare.csv)" = "phy,optimizer,against_phy,against_optimizer,quantity,runs,mean,ci95" ] ||
  fail "columns of compare.csv"
[ "$(grep -c '^fdma,random,,,accuracy,3,' three/compare.csv)" -eq 1 ] || fail "no mean of accuracy"
[ "$(wc -l <three/learning.csv)" -eq 10 ] || fail "learning.csv: 3 optimizers, 3 rounds, and a header"
for plot in accuracy-rounds-fdma accuracy-time-fdma accuracy-energy-fdma queue-fdma average-delay-fdma difference-accuracy \
  difference-time_s difference-energy_j; do
  [ -s three/$plot.plt ] || fail "$plot is missing"
done
grep -q '"status": "done"' three/summary.json || fail "summary.json"

# A case is the quickstart, whose summary repeats it.
expect_exit 0 'all rounds are done' fl_program fl-quickstart "${small[@]}" --fading=rayleigh --background=1e5 --optimizer=random \
  --runs=3 --out=alone
expect_exit 0 'all rounds are done' fl_program fl-quickstart --like=three/fdma/random/summary.json --out=like
for file in rounds.csv devices.csv transfers.csv; do
  expect_same three/fdma/random/run-3/$file alone/run-3/$file
  expect_same alone/run-2/$file like/run-2/$file
done

# Differences are those of the runs' tables: of the energy, which is a sum over rounds, with t(0.975, 2) = 4.302653.
energy()
{
  awk -F, 'NR > 1 { sum += $9 } END { printf "%.17g\n", sum }' "three/fdma/$1/run-$2/rounds.csv"
}
for run in 1 2 3; do
  echo "$(energy random $run) $(energy joint $run)"
done | awk -v said="$(grep '^fdma,random,fdma,joint,energy_j,' three/compare.csv | cut -d, -f7,8)" '
  { d[NR] = $1 - $2; mean += d[NR] / 3 }
  END {
    for (i = 1; i <= 3; i++) square += (d[i] - mean) ^ 2
    half = 4.302653 * sqrt(square / 2 / 3)
    split(said, of, ",")
    exit !((of[1] - mean) ^ 2 < 1e-12 * mean ^ 2 && (of[2] - half) ^ 2 < 1e-10 * half ^ 2 && half > 0)
  }' || fail "paired difference of energy: $(grep energy_j three/compare.csv)"

# Run by run, all optimizers have the same channels in the first round.
for run in 1 2; do
  gains=$(awk -F, '$1 == 1 { print $5 }' three/fdma/joint/run-$run/devices.csv)
  [ "$gains" = "$(awk -F, '$1 == 1 { print $5 }' three/fdma/random/run-$run/devices.csv)" ] || fail "other channels in run $run"
done

# --- Over several PHYs: the same devices ---

if grep -q fl-lte "$FL_BUILD_DIR/suites.cmake"; then
  expect_exit 0 "^  equal: lte - fdma " compare --optimizers=equal --phys=fdma,lte --payload-bits=20000 --out=phys
  [ -z "$(grep accuracy phys/compare.csv)" ] || fail "a timing study has no accuracy"
  [ ! -e phys/accuracy-time-fdma.plt ] || fail "a plot of no accuracy"
  # Gains, samples, and cycles, which show in the time that a device is to compute.
  for phy in fdma lte; do
    awk -F, '$1 == 1 { print $5, $10, $18 }' phys/$phy/equal/run-1/devices.csv >$phy.txt
  done
  expect_same fdma.txt lte.txt
fi

# --- An optimizer and a queue; Theorem 1 ---

expect_exit 0 "Warning: Theorem 1 does not hold" compare --optimizers=schedule,equal --payload-bits=20000 --out=air

# --- Bad input ---

expect_error 2 "--optimizers=joint,nonesuch: optimizer = 'nonesuch': must be one of equal" compare --optimizers=joint,nonesuch
expect_error 2 "--optimizers=joint: must be two optimizers at least, or --phys two PHYs" compare --optimizers=joint
expect_error 2 "--optimizers=: " compare --optimizers=
expect_error 2 "--optimizers=equal,equal: 'equal' must be there once" compare --optimizers=equal,equal
expect_error 2 "--phys=fdma,pigeon: 'pigeon' must be " compare --phys=fdma,pigeon
expect_error 2 "--runs=1: must be at least 2" compare --runs=1
expect_error 2 "--nosuch: unknown option" compare --nosuch=1
# What only an optimizer, or a round, can judge.
expect_error 2 "--optimizers=equal,schedule: .*ScheduleOptimizer: QueueUpdate = '18b': must be one of 18a, algorithm1" compare \
  --optimizers=equal,schedule --ns3::fl::ScheduleOptimizer::QueueUpdate=18b --out=refused
[ ! -e refused ] || fail "results of a failure"
expect_exit 3 "fdma, mel: .*must be at least" compare --optimizers=equal,mel --ns3::fl::MelOptimizer::CycleTime=1e-6s --out=late
[ ! -e late/compare.csv ] && [ -s late/fdma/equal/run-2/rounds.csv ] || fail "results of half a comparison"
