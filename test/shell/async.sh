#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# --coordinator=async over each PHY of this build: whole files, sensible values, the same bytes on one thread and on two; its
# options' errors, a line each.

. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --devices=4 --train-samples=300 --test-samples=100 "$@"
}

# column FILE NAME - the values of a column of a table.
column()
{
  awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i; next } { print $c }' "$1"
}

# What is refused.
refuse()
{
  expect_error 2 "$1" fl_program fl-quickstart --out=refused "${@:2}"
  [ ! -e refused ] || fail "${*:2} -- left a folder"
}
refuse '--coordinator=x: must be one of sync, async, split' --coordinator=x
refuse '--staleness=x: must be one of constant, hinge, polynomial' --coordinator=async --staleness=x
refuse '--staleness=x: must be one of constant, hinge, polynomial' --staleness=x
refuse '--buffer=0: must be a whole number from 1 to 1000000' --coordinator=async --buffer=0
refuse '--buffer=0: must be a whole number from 1 to 1000000' --buffer=0
refuse '--in-flight=-1: must be a whole number from 0 to 1000000' --coordinator=async --in-flight=-1
refuse '--in-flight=5: must be left out with --coordinator=sync' --in-flight=5
refuse '--in-flight=5: must be left out with --coordinator=sync' --coordinator=sync --in-flight=5
refuse '--buffer=2: must be left out with --coordinator=sync' --buffer=2
refuse '--staleness=hinge: must be left out with --coordinator=sync' --staleness=hinge
for attribute in Aggregations:rounds Staleness:staleness Buffer:buffer Method:buffer MaxInFlight:in-flight; do
  value=1
  [ "$attribute" != Staleness:staleness ] || value=Hinge
  [ "$attribute" != Method:buffer ] || value=FedBuff
  refuse "${attribute%:*}=$value: must be left out: --${attribute#*:} sets it" --coordinator=async \
    "--ns3::fl::AsyncCoordinator::${attribute%:*}=$value"
done
refuse 'AsyncCoordinator::Alpha=2: must be' --coordinator=async --ns3::fl::AsyncCoordinator::Alpha=2
expect_exit 2 'Parallelised = true: must be false in a timing study, in split learning and with an asynchronous coordinator' quickstart \
  --coordinator=async --optimizer=mel-exact --ns3::fl::MelOptimizer::Parallelised=true --out=parallel

refuse '--task=batch=2: must be left out with --coordinator=sync' --task=batch=2
refuse "--task=devices=2: must name one of data, " --coordinator=async --task=devices=2
refuse "--task=lr=0.1 lr=-1: must have, for lr, not '-1' but a number above 0" --coordinator=async --task=lr=0.1 --task=lr=-1
refuse '--levels=2: must be numbers above 0, up to 1, separated by commas' --levels=2

# Two tasks, and the same again by --like; a third one replaces both.
expect_exit 0 'all aggregations are done' quickstart --coordinator=async --rounds=6 --optimizer=equal --levels=0.1,0.65 \
  --task=model=mlp:10 --task=data=synthetic-clutter,train-samples=200,lr=0.1 --out=tasks
expect_exit 0 'all aggregations are done' fl_program fl-quickstart --like=tasks/summary.json --out=again
for file in rounds.csv devices.csv transfers.csv computations.csv; do
  expect_same tasks/$file again/$file
done
for task in 0 1; do
  [ "$(awk -F, -v t=$task 'NR > 1 && $2 == t' tasks/rounds.csv | wc -l)" -eq 6 ] || fail "task $task: not 6 aggregations"
done
for text in '"model=mlp:10"' '"data=synthetic-clutter,train-samples=200,lr=0.1"' '"tasks": {' '"0.65":'; do
  grep -qF "$text" tasks/summary.json || fail "summary.json of two tasks lacks $text"
done
expect_exit 0 'all aggregations are done' fl_program fl-quickstart --like=tasks/summary.json --task=lr=0.2 --out=other
[ "$(cut -d, -f2 other/rounds.csv | sort -u | tr '\n' ' ')" = '0 task ' ] || fail "--task beside --like did not replace the tasks"

for phy in fdma lte wifi; do
  [ "$phy" = fdma ] || grep -q "fl-$phy" "$FL_BUILD_DIR/suites.cmake" || continue
  expect_exit 0 'all aggregations are done' quickstart --phy=$phy --coordinator=async --rounds=12 --threads=1 --out=$phy
  expect_exit 0 'all aggregations are done' quickstart --phy=$phy --coordinator=async --rounds=12 --threads=2 --out=again
  for file in rounds.csv devices.csv transfers.csv computations.csv; do
    expect_same $phy/$file again/$file
  done
  [ "$(column $phy/rounds.csv round | sort -n | uniq | wc -l)" -eq 12 ] || fail "$phy: not a row for each aggregation"
  [ "$(column $phy/devices.csv aggregation | grep -v '^$' | sort -n | tr '\n' ' ')" = "$(seq -s ' ' 12) " ] ||
    fail "$phy: not each aggregation has one update"
  [ -z "$(column $phy/devices.csv planned_aggregation | tr -d '\n')" ] || fail "$phy: no aggregation was planned"
  # Staleness: aggregations since the base version, of what was merged.
  awk -F, 'NR > 1 && $22 == "merged" && $25 != $29 - 1 - $24 { exit 1 }' $phy/devices.csv || fail "$phy: staleness"
  awk -F, 'NR > 1 && $22 == "merged" && !($14 > 0 && $13 > 0 && $12 > 0) { exit 1 }' $phy/devices.csv ||
    fail "$phy: durations"
done
# FDMA's sub-bands are private: what is predicted holds.
awk -F, 'NR > 1 && $22 == "merged" && ($19 < 0.99 * $14 || $19 > 1.01 * $14) { exit 1 }' fdma/devices.csv ||
  fail "predictions over FDMA are off"

# FedBuff, turns: each aggregation of three updates, all devices in turn, two at once.
expect_exit 0 'all aggregations are done' quickstart --coordinator=async --rounds=4 --buffer=3 --in-flight=2 --staleness=hinge \
  --out=buffer
[ "$(column buffer/rounds.csv received | tr '\n' ' ')" = '3 3 3 3 ' ] || fail "updates in an aggregation: not 3"
for device in 0 1 2 3; do
  awk -F, -v d=$device 'NR > 1 && $3 == d && $22 == "merged"' buffer/devices.csv | grep -q . ||
    fail "device $device had no turn"
done

# The server stops and starts again; batteries run empty.
expect_exit 0 'all aggregations are done' quickstart --coordinator=async --rounds=30 --server-stop=0.05 --server-restart=1 --out=stop
column stop/devices.csv status | grep -q aborted || fail "no order was in flight when the server stopped"
[ "$(column stop/devices.csv aggregation | grep -v '^$' | sort -n | tr '\n' ' ')" = "$(seq -s ' ' 30) " ] ||
  fail "after a restart not each aggregation has one update"
expect_exit 0 'no device became available for 1 s' quickstart --coordinator=async --rounds=1000 --battery=0.05 --out=battery \
  --ns3::fl::AsyncCoordinator::WaitTimeout=1s --ns3::fl::Server::KeepAlive=1s
