#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the documentation says to do can be done: the programs in doc/fl.rst, compiled from it by the build, run over several
# media and come to their end, and so do the commands. Models and data are small here, and the output is not looked at
# closely: whether what comes out is right is the matter of other tests.

. "$(dirname "$0")/lib.sh"

extract=$FL_SOURCE_DIR/test/recipes/extract
doc=$FL_SOURCE_DIR/doc/fl.rst
# A recipe takes seconds; one that never ends is to fail.
limit()
{
  timeout 120 "$@"
}
has_phy()
{
  grep -q "fl-$1" "$FL_BUILD_DIR/suites.cmake"
}

# Every block of code and of commands is tested.
for page in "$FL_SOURCE_DIR"/doc/*.rst "$FL_SOURCE_DIR"/doc/*.md; do
  unnamed=$("$extract" --unnamed "$page")
  [ -z "$unnamed" ] || fail "$page: blocks without a name: $unnamed"
done
expect_error 2 "no recipe 'nope'" "$extract" nope "$doc"
printf 'Text::\n\n  int a;\n\nMore.\n\n.. recipe: b\n\n::\n\n  int b;\n\n    int c;\n\nText::\n\n  picture\n' >page.rst
[ "$("$extract" --unnamed page.rst)" = 'int a;' ] || fail "an unnamed block is not found"
[ "$("$extract" b page.rst)" = $'int b;\n\n  int c;' ] || fail "a block is not taken as it is"

# Programs of one's own: all devices take part in all rounds, and it ends.
media=(lan fdma)
! has_phy wifi || media+=(wifi)
for medium in "${media[@]}"; do
  expect_exit 0 '^round 5: 4 updates, accuracy [0-9.]+ %' limit "$FL_BUILD_DIR/bin/fl-recipe-own-$medium"
done

# A scenario in C++, and again from its summary: the same tables.
expect_exit 0 'all rounds are done' limit "$FL_BUILD_DIR/bin/fl-recipe-own-scenario"
for table in rounds.csv devices.csv; do
  expect_same results/own-scenario/$table results/own-scenario-again/$table
done
grep -q '"rng_run": 3' results/own-scenario-again/summary.json || fail "own-scenario: run number"

# The solvers, without ns-3: each problem has an answer, and messages name members.
expect_exit 0 '^joint: [0-9.e-]+ s, [0-9.e-]+ J, gap [0-9.e-]+$' limit "$FL_BUILD_DIR/bin/fl-recipe-solvers"
for line in '^mel: [1-9][0-9.]* iterations' '^schedule: [1-3] devices$' '^dma: [0-9.]+$' '^offload: [0-9.]+ s$' \
  '^devices\[1\].minCpuHz = 3e\+09.*maxCpuHz = 2e\+09'; do
  grep -qE "$line" <<<"$out" || fail "solvers: no line '$line' in: $out"
done
! ldd "$FL_BUILD_DIR/bin/fl-recipe-solvers" | grep -q ns3 || fail "solvers: the program needs ns-3"
! ldd "$FL_BUILD_DIR/lib/libfl-opt.so" | grep -q ns3 || fail "libfl-opt needs ns-3"

# Optimizer and model, on every PHY.
phys=(fdma)
for phy in lte wifi; do
  ! has_phy $phy || phys+=($phy)
done
for phy in "${phys[@]}"; do
  expect_exit 0 'all rounds are done' limit "$FL_BUILD_DIR/bin/fl-recipe-optimizer" --phy="$phy" --devices=4 \
    --rounds=2 --train-samples=300 --test-samples=100 --optimizer=StrongestHalf --StrongestHalf::CpuShare=0.5 \
    --out="optimizer-$phy"
  # Half of the devices, with half of 2 GHz.
  [ "$(awk -F, '$4 == 1 && $8 == 1e9' "optimizer-$phy/devices.csv" | wc -l)" -eq 4 ] ||
    fail "StrongestHalf over $phy: $(cut -d, -f1-8 "optimizer-$phy/devices.csv")"
  expect_exit 0 'all rounds are done' limit "$FL_BUILD_DIR/bin/fl-recipe-model" --phy="$phy" --devices=4 --rounds=2 \
    --train-samples=300 --test-samples=100 --model=tanh --out="model-$phy"
done
expect_exit 2 'CpuShare' "$FL_BUILD_DIR/bin/fl-recipe-optimizer" --optimizer=StrongestHalf --StrongestHalf::CpuShare=2

# Commands, made smaller where they leave a size open, over the medium that they name or the default one, and over one more.
# small COMMAND - prints the options that make it small.
small()
{
  local option
  for option in --rounds=2 --devices=4 --train-samples=400 --test-samples=100; do
    [[ $1 == *" ${option%=*}="* ]] || echo "$option"
  done
}
commands=$("$extract" shell "$doc" | sed -z 's/\n  */ /g')
[ -n "$commands" ] || fail "no commands in $doc"
while read -r command; do
  phy=fdma
  [[ $command != *--phy=* ]] || phy=$(sed 's/.*--phy=\([a-z]*\).*/\1/' <<<"$command")
  other=fdma
  [ "$phy" != fdma ] || other=wifi
  for medium in "$phy" "$other"; do
    [ "$medium" = fdma ] || has_phy "$medium" || continue
    read -r -a words <<<"$(sed "s/ --phy=[a-z]*//" <<<"$command") --phy=$medium"
    [ "${words[0]}" = ./fl ] || fail "not a command of ./fl: $command"
    mapfile -t -O ${#words[@]} words < <(small "$command")
    expect_exit 0 '' limit "$FL" "${words[@]:1}"
  done
done <<<"$commands"
