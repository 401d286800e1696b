#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several cells (--cells): whole files, offloading to three servers, the same bytes on one thread and on two, and again from
# the summary; consensus over the graphs; a server that stops; the options' errors, a line each.

. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --cells=3 --sub-channels=3 --devices=10 --rounds=2 --train-samples=400 --test-samples=100 \
    --optimizer=offload --fading=rayleigh --min-cycles=1e7 --max-cycles=3e7 --max-cpu=1e9 --local-iterations=2 "$@"
}

expect_exit 0 'all rounds are done' quickstart --threads=1 --out=one
expect_exit 0 'all rounds are done' quickstart --threads=2 --out=two
expect_exit 0 'all rounds are done' fl_program fl-quickstart --like=one/summary.json --out=like
for file in rounds.csv devices.csv transfers.csv computations.csv; do
  expect_same one/$file two/$file
  expect_same one/$file like/$file
done
# Samples go up to several servers, which compute.
[ "$(awk -F, '$5 == "samples" { print $4 }' one/transfers.csv | sort -u | wc -l)" -ge 2 ] || fail "samples to several servers"
awk -F, '$5 == "samples" && $7 != 8 * (20 + 40 * (1 + 4 * 784)) { exit 1 }' one/transfers.csv || fail "size of the samples"
grep -q ',server,train,' one/computations.csv || fail "servers train"
# An order's row has the times of both, as the tables of phases have them.
awk -F, 'FNR == 1 { file++; for (i = 1; i <= NF; i++) at[file, $i] = i; next }
  file == 1 && $5 == "samples" { sent[$1, $3] = $(at[1, "end_s"]) - $(at[1, "start_s"]); n++ }
  file == 2 && $(at[2, "node"]) == "server" { ran[$1, $3] = $(at[2, "end_s"]) - $(at[2, "start_s"]) }
  file == 3 { off = $(at[3, "offload_s"]) - sent[$1, $3]; run = $(at[3, "execution_s"]) - ran[$1, $3]; rows++ }
  file == 3 && (off * off > 1e-18 || run * run > 1e-18) { print; exit 1 }
  END { exit !(n > 0 && rows > n) }' one/transfers.csv one/computations.csv one/devices.csv || fail "offload_s and execution_s"
# What is measured of offloading is within what is predicted, but for TCP's begin.
awk -F, '$5 == "samples" && $9 - $8 > 1.02 * $10 + 0.002 { print; exit 1 }' one/transfers.csv || fail "offloading is slower"

for graph in line ring star full; do
  expect_exit 0 'all rounds are done' quickstart --consensus=$graph --out=$graph
done
printf '0 1\n0 2\n' >edges
expect_exit 0 'all rounds are done' quickstart --consensus=edges --out=edges-run
expect_same edges-run/rounds.csv star/rounds.csv
printf '0 1\n' >parts
expect_error 2 'leave \{0, 1\} and \{2\} apart: must be connected' quickstart --consensus=parts --out=bad

for method in exact blind local all random; do
  expect_exit 0 'all rounds are done' quickstart --optimizer=offload-$method --out=$method
done
awk -F, '$5 == "samples" { exit 1 }' local/transfers.csv || fail "offload-local offloads"
# The bound holds of all of them, and exact is the best.
for method in blind local all random; do
  [ "$(awk -F, 'NR == 2 { print $10 }' exact/rounds.csv)" = "$(printf '%s\n' "$(awk -F, 'NR == 2 { print $10 }' exact/rounds.csv)" \
    "$(awk -F, 'NR == 2 { print $10 }' $method/rounds.csv)" | sort -g | head -n 1)" ] || fail "$method is better than exact"
done

expect_exit 0 'all rounds are done' quickstart --rounds=4 --consensus=line --server-stop=0.5 --server-restart=3 --out=stop

refuse()
{
  expect_error 2 "$1" fl_program fl-quickstart --out=refused "${@:2}"
  [ ! -e refused ] || fail "${*:2} -- left a folder"
}
refuse '--cells=17: must be a whole number from 1 to 16' --cells=17
refuse '--consensus=tree: must be none, line, ring, star, full, or a file that exists' --cells=3 --consensus=tree
refuse '--consensus=line: must be none with --cells=1' --consensus=line
refuse '--cells=2: must be 1 with --coordinator=split' --cells=2 --coordinator=split
expect_exit 2 'must be the file of a trained agent' quickstart --optimizer=offload-agent --out=bad
expect_exit 2 'nonesuch' quickstart --optimizer=offload-agent --ns3::fl::OffloadOptimizer::Agent=nonesuch --out=bad
expect_exit 2 'there are no samples to offload: must not be a timing study' quickstart --payload-bits=1e5 --out=bad
