#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rounds on a ledger (--ledger): a chain that ./fl ledger takes, the same bytes on any number of threads and again from the
# summary, tables of blocks and of mining; no trace of it in runs without; the options' errors, a line each.
. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --cells=3 --sub-channels=2 --devices=8 --rounds=3 --train-samples=160 --test-samples=40 \
    --optimizer=offload --min-cycles=1e7 --max-cycles=2e7 --max-cpu=1e9 --local-iterations=1 "$@"
}

refuse()
{
  expect_error 2 "$1" quickstart --out=refused "${@:2}"
  [ ! -e refused ] || fail "${*:2} -- left a folder"
}

run quickstart --consensus=line --ledger --out=missing
if [[ $err = *"without libsodium"* ]]; then
  [ "$status" -eq 2 ] || fail "exit code $status without libsodium"
  [[ $err = *libsodium-dev* ]] || fail "the package is not named: $err"
  exit 0
fi

expect_exit 0 'all rounds are done' quickstart --consensus=line --ledger --threads=1 --out=one
expect_exit 0 'Ledger: 3 blocks, ' quickstart --consensus=line --ledger --threads=2 --out=two
expect_exit 0 'all rounds are done' fl_program fl-quickstart --like=one/summary.json --out=like
for file in rounds.csv devices.csv transfers.csv computations.csv blocks.csv ledger.bin; do
  expect_same one/$file two/$file
  expect_same one/$file like/$file
done
expect_exit 0 '^4 blocks and [0-9]+ transactions are sound' fl_program fl-ledger verify one/ledger.bin
expect_exit 0 'global model of server 0, round 3, ' fl_program fl-ledger show one/ledger.bin --block=3
[ "$(head -n 1 one/blocks.csv)" = height,round,miner,server,found_s,leader_s,all_s,orphan,hash ] || fail "columns of blocks.csv"
# A block of the chain for each round; the leader has it after it was found, and all after that or at once.
[ "$(awk -F, '$8 == 0' one/blocks.csv | cut -d, -f1 | tr '\n' ' ')" = "1 2 3 " ] || fail "heights"
awk -F, 'NR > 1 && $8 == 0 && !($5 < $6 && $5 < $7) { exit 1 }' one/blocks.csv || fail "times of blocks"
# Columns behind all others; 5e-8 J a hash, 0.1 to 1 THash/s: 5 to 50 kW.
head -n 1 one/devices.csv | grep -q 'predicted_energy_station_j,offload_s,execution_s,mining_s,energy_mining_j$' || fail "columns of devices.csv"
awk -F, 'NR > 1 && !($NF >= 4999 * $(NF - 1) && $NF <= 50001 * $(NF - 1) && $NF > 0) { exit 1 }' one/devices.csv ||
  fail "energy of mining"
for name in ledger_blocks ledger_orphans ledger_forks ledger_fork_rate ledger_expected_fork_rate energy_mining_j; do
  grep -q "\"$name\": [0-9]" one/summary.json || fail "$name in summary.json"
done

# Table IV's 50 Ghash: a block takes milliseconds, and the run says how often that forks.
expect_exit 0 'Ledger: 3 blocks, [0-9]+ orphans; [0-9] forks' quickstart --consensus=line --ledger --block-interval=0 --out=fast
expect_exit 0 '^4 blocks' fl_program fl-ledger verify fast/ledger.bin

# Without it there is no trace of it, also where it was before.
expect_exit 0 'all rounds are done' quickstart --consensus=line --out=two
[ ! -e two/ledger.bin ] && [ ! -e two/blocks.csv ] || fail "files of an earlier run"
head -n 1 two/devices.csv | grep -q 'execution_s$' || fail "columns without a ledger"

for leader in random reputation; do
  expect_exit 0 'all rounds are done' quickstart --consensus=ring --ledger --leader=$leader --mining=deterministic --out=$leader
  expect_exit 0 '^4 blocks' fl_program fl-ledger verify $leader/ledger.bin
done
expect_exit 0 'all rounds are done' quickstart --consensus=full --ledger --transport=datagram --runs=2 --out=datagram
expect_exit 0 '^4 blocks' fl_program fl-ledger verify datagram/run-2/ledger.bin
# Batteries that are empty before the first block: the run ends, and says so.
expect_exit 0 'no block was mined for 9 s' quickstart --consensus=line --ledger --battery=10 \
  --ns3::fl::LedgerCoordinator::MiningTimeout=9s --out=empty
expect_exit 0 '^1 blocks' fl_program fl-ledger verify empty/ledger.bin

refuse '--ledger=1: must be left out with --consensus=none' --ledger
refuse '--ledger=2: must be a whole number from 0 to 1' --consensus=line --ledger=2
refuse '--leader=random: must be left out without --ledger' --consensus=line --leader=random
refuse '--mining=pool: must be one of race, deterministic' --consensus=line --ledger --mining=pool
refuse '--hash-rate-in-turn=0,0: must be .*, one of them above 0' --consensus=line --ledger --hash-rate-in-turn=0,0
expect_exit 2 'hash rates of 8 miners add up to 0: must be positive' quickstart --consensus=line --ledger \
  --hash-rate-in-turn=0,0,0,0,0,0,0,0,1e12 --out=late
refuse '--block-interval=1: must be left out with --mining=deterministic' --consensus=line --ledger --mining=deterministic \
  --block-interval=1
