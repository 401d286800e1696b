#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every picture of every example is well-formed XML and drawn by librsvg, which refuses what browsers let pass; accuracies are
# in percent; and what has nothing to draw is said to have nothing, not to have failed.
. "$(dirname "$0")/lib.sh"

for program in gnuplot rsvg-convert; do
  if ! command -v $program >/dev/null; then
    echo "skipped: $program is not installed (Debian: gnuplot-nox, librsvg2-bin)"
    exit 0
  fi
done

# draw NAME COMMAND... - runs it in a folder of its own, and has each picture rendered; at least one is expected, or "none".
draw()
{
  local name=$1 pictures=0 picture
  shift
  mkdir "$name" && cd "$name" || exit 1
  run "$@"
  [ "$status" -eq 0 ] || fail "$* -- exit code $status: $(printf '%s\n' "$err" | tail -n 3)"
  ! printf '%s\n' "$err" | grep -q 'gnuplot failed' || fail "$name: $(grep 'gnuplot failed' <<<"$err")"
  while IFS= read -r picture; do
    pictures=$((pictures + 1))
    rsvg-convert "$picture" -o "$fl_folder/picture.png" 2>why.txt || fail "$name: $picture is refused: $(cat why.txt)"
  done < <(find . -name '*.svg')
  while IFS= read -r picture; do
    grep -qF '[%]' "$picture" || fail "$name: $picture shows an accuracy that is not in percent"
  done < <(find . -name 'accuracy*.plt' -o -name 'figure-[456]-T*.plt')
  cd ..
  echo "$name: $pictures pictures"
  [ "$pictures" -gt 0 ] || [ -z "$(find "$name" -name '*.plt')" ] || fail "$name: no pictures"
}

small=(--rounds=2 --train-samples=200 --test-samples=100)
declare -A arguments=(
  [fl-any-link]="--devices=2 ${small[*]}"
  [fl-async-multitask]="--quick --figures=7,9 --runs=1 --aggregations=4 --test-samples=20"
  [fl-blockchain]="--quick --figure=4,6,10c --tune=false --svhn=synthetic-digits --fashion=synthetic-digits"
  [fl-calibration]="--devices=2 --rounds=4 --runs=2 --payload-bits=20000 --phy=fdma"
  [fl-compare]="--optimizers=equal,random --devices=3 --runs=2 ${small[*]}"
  [fl-device-scheduling]="--runs=2 --devices=4 --formula-rounds=30"
  [fl-joint-energy-time]="--runs=2 --devices=4"
  [fl-offload-agent]="--quick --figure=9b"
  [fl-phy-comparison]="--devices=3 --runs=2 ${small[*]}"
  [fl-quickstart]="--devices=3 ${small[*]}"
  [fl-split-lora]="--quick --devices=3 --data=synthetic-digits --train-samples=200 --test-samples=50"
  [fl-task-allocation]="--quick --runs=2 --model=softmax ${small[*]}"
)
for source in "$FL_SOURCE_DIR"/examples/fl-*.cc; do
  name=$(basename "$source" .cc)
  case $name in
    fl-bench | fl-data | fl-ledger | fl-solve) continue ;;
  esac
  if [ -z "${arguments[$name]:-}" ]; then
    fail "$name: this check does not know what to run it with"
    continue
  fi
  # shellcheck disable=SC2086 # these are several words
  draw "$name" fl_program "$name" ${arguments[$name]}
done

# Other ways to run them, which have pictures of their own.
draw several-runs fl_program fl-quickstart --devices=3 --runs=2 "${small[@]}"
draw timing fl_program fl-quickstart --devices=3 --rounds=1 --payload-bits=20000
draw joint-packets fl_program fl-joint-energy-time --packets --devices=3 --rounds=2
draw mel-packets fl_program fl-task-allocation --packets --devices=3 --runs=1 "${small[@]}"
draw schedulers fl_program fl-compare --optimizers=schedule,schedule-all --devices=3 --runs=2 "${small[@]}"
[ -s schedulers/results/fl-compare/queue-fdma.svg ] || fail "no picture of the schedulers' queue"

draw split-limits fl_program fl-split-lora --quick --figure=5 --schemes=GS --devices=3 --data=synthetic-digits --train-samples=200
draw split-times fl_program fl-split-lora --quick --figure=6 --devices=3

draw one-run fl_program fl-device-scheduling --devices=3 --runs=1 --formula-rounds=2
draw one-calibration fl_program fl-calibration --devices=2 --rounds=4 --runs=1 --payload-bits=20000 --phy=fdma
# Optimizers without a queue have no plot of one.
[ ! -e fl-compare/results/fl-compare/queue-fdma.plt ] || fail "a plot of nothing"
# One curve needs no key.
draw one-optimizer fl_program fl-split-lora --packets --devices=3 --runs=1 --compare=schedule-all --rounds=1 \
  --data=synthetic-digits --train-samples=200 --test-samples=50
grep -q '^unset key' one-optimizer/results/fl-split-lora/packets/accuracy-time-fdma.plt || fail "a key of one curve"
# Curves of the same figure have looks of their own.
plt=fl-task-allocation/results/fl-task-allocation/figure-4-T10-E10.plt
looks=$(grep -o "dashtype [^,]*" $plt | sed "s/pointsize [^ ]*//")
[ "$(wc -l <<<"$looks")" -eq 4 ] && [ "$(sort -u <<<"$looks" | wc -l)" -eq 4 ] || fail "figure 4: curves look alike: $looks"
