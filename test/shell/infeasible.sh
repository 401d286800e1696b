#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Over each PHY that this build has: a problem without an answer ends the run with 3 and one line that says what would work,
# and that works; options that are wrong in themselves end it with 2; neither leaves result files.

. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --devices=3 --rounds=1 --payload-bits=28100 --out=out "$@"
}

# refuse CODE REGEX ARGS... - one line on standard error that matches, and no results.
refuse()
{
  local code=$1 regex=$2
  shift 2
  expect_error "$code" "^fl-quickstart: error: $regex" quickstart "$@"
  [ -z "$(ls out 2>/dev/null)" ] || fail "$* -- left $(ls out)"
  rm -rf out
}

phys=fdma
for phy in lte wifi; do
  if grep -q "fl-$phy" "$FL_BUILD_DIR/suites.cmake"; then phys+=" $phy"; fi
done

deadline=--ns3::fl::JointOptimizer::RoundDeadline
for phy in $phys; do
  for method in joint joint-paper joint-paper-literal; do
    refuse 3 'roundDeadlineS = 0.001: devices\[[0-2]\] cannot meet it .*; the smallest deadline that works is [0-9.]+ s$' \
      --phy="$phy" --optimizer=$method $deadline=1ms
  done
  # What it says works, and nothing shorter does; to the simulator's nanosecond.
  # shellcheck disable=SC2154 # set by run, in lib.sh
  seconds=$(sed -E 's/.*that works is ([0-9.]+) s$/\1/' <<<"$err")
  shortest=$(awk -v s="$seconds" 'BEGIN { printf "%.0f", s * 1e9 + 1 }')
  expect_exit 0 'all rounds are done' quickstart --phy="$phy" $deadline="${shortest}ns"
  rm -rf out
  refuse 3 'roundDeadlineS = .*that works is' --phy="$phy" $deadline="$((shortest - 1000))ns"
  # A method that starts from equal shares needs more time than the optimum.
  refuse 3 'roundDeadlineS = .*equal shares of the band.* needs [0-9.]+ s; use that or more, or another method' \
    --phy="$phy" --optimizer=joint-scheme1 $deadline="${shortest}ns"
  refuse 3 'no allocation of samples .*: cycleTimeS must be at least [0-9.e-]+;' --phy="$phy" --optimizer=mel-exact --ns3::fl::MelOptimizer::CycleTime=1us
  refuse 2 "method = 'scheme1': needs roundDeadlineS" --phy="$phy" --optimizer=joint-scheme1
done
