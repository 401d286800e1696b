#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-quickstart can count on: one line and the right exit code for each bad input, result files whole or not
# at all, the same bytes for the same arguments.

. "$(dirname "$0")/lib.sh"

quickstart()
{
  fl_program fl-quickstart --devices=3 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

# Bad arguments.
expect_error 2 '--devices=0: must be' quickstart --devices=0
expect_error 2 '--devices=-3: must be' quickstart --devices=-3
expect_error 2 '--bandwidth=0: must be' quickstart --bandwidth=0
expect_error 2 '--bandwidth=-1: must be' quickstart --bandwidth=-1
expect_error 2 '--bandwidth=nan: must be' quickstart --bandwidth=nan
expect_error 2 '--min-cycles=0: must be' quickstart --min-cycles=0
expect_error 2 '--min-cycles=-1e4: must be' quickstart --min-cycles=-1e4
expect_error 2 '--min-cycles=4(e.04|0000): must not exceed --max-cycles=3' quickstart --min-cycles=4e4
expect_error 2 '--min-power=13: must not exceed --max-power=12' quickstart --min-power=13
expect_error 2 '--min-cpu=3e.09: must not exceed --max-cpu=2e.09' quickstart --min-cpu=3e9
expect_error 2 '--max-power=-200: must be' quickstart --max-power=-200
expect_error 2 'ControlTxPower = -1: must be' quickstart --ns3::fl::FdmaNetDevice::ControlTxPower=-1
expect_error 2 '--optimizer=best: must be one of equal, random' quickstart --optimizer=best
expect_error 2 '--phy=pigeon: must be .*fdma' quickstart --phy=pigeon
expect_error 2 '--nosuch: unknown option' quickstart --nosuch=1
expect_error 2 'no type ns3::fl::Nope' quickstart --ns3::fl::Nope::X=1
expect_error 2 'has no attribute Nope' quickstart --ns3::fl::Server::Nope=1
expect_error 2 'availability trace .*missing.csv.*cannot be read' quickstart \
  --ns3::fl::Availability::TraceFile=missing.csv
printf 'time_s,device,available\n1,7,0\n' >bad.csv
expect_error 2 "availability trace 'bad.csv', line 2: '1,7,0': must be" quickstart \
  --ns3::fl::Availability::TraceFile=bad.csv
expect_error 2 'partition|devices|samples' quickstart --devices=301

# Bad data files.
expect_error 2 '--data=nowhere: must be a folder' quickstart --data=nowhere
mkdir empty
expect_error 2 'train-images-idx3-ubyte is missing' fl_program fl-quickstart --data=empty

# Files that cannot be written: a folder that cannot be made, a disk that fills (as a limit on a file's size).
expect_error 2 '/proc/fl.*(--out)' quickstart --out=/proc/fl
limited()
(
  ulimit -f 1 # [kB]; what is printed must stay below it too
  quickstart --rounds=4 --out=limited
)
expect_exit 1 "result file limited/.*: can't be written" limited
[ -z "$(ls limited)" ] || fail "a failed run left $(ls limited)"

# The same seed, run number and arguments give the same bytes, on any number of threads.
expect_exit 0 'final accuracy' quickstart --out=a --threads=0 --fading=rayleigh --optimizer=random
expect_exit 0 'final accuracy' quickstart --out=b --threads=2 --fading=rayleigh --optimizer=random
expect_exit 0 'final accuracy' quickstart --out=c --threads=2 --fading=rayleigh --optimizer=random --RngRun=2
for file in rounds.csv devices.csv; do
  cmp "a/$file" "b/$file" || fail "$file depends on the number of threads"
  ! cmp -s "a/$file" "c/$file" || fail "$file does not depend on the run number"
done

# The columns that others rely on.
[ "$(head -n 1 a/rounds.csv)" = "round,task,start_s,end_s,selected,received,loss,accuracy,energy_j,objective,bound,predicted_duration_s" ] ||
  fail "columns of rounds.csv"
[ "$(head -n 1 a/devices.csv)" = "round,task,device,selected,gain,bandwidth_hz,tx_power_w,cpu_hz,iterations,samples,idle_s,download_s,compute_s,upload_s,energy_compute_j,energy_radio_j,predicted_download_s,predicted_compute_s,predicted_upload_s,predicted_energy_j,start_s,status,server,base_version,staleness,payload_bits,energy_circuit_j,planned_aggregation,aggregation,energy_station_j,predicted_energy_station_j,offload_s,execution_s" ] ||
  fail "columns of devices.csv"

# Without gnuplot the run says how to get the plots, and goes on.
expect_exit 0 'gnuplot' env PATH=/nowhere "$FL_BUILD_DIR/bin/fl-quickstart" --devices=2 --rounds=1 --train-samples=300 \
  --test-samples=100 --out=unplotted
[ -s unplotted/rounds.csv ] || fail "no results without gnuplot"

# A server that stops in mid-round: exit 0, it is said, files are whole.
expect_exit 0 'the server stopped in round 2' quickstart --rounds=3 --server-stop=0.03 --out=stopped
grep -q ',aborted,' stopped/devices.csv || fail "no order is marked as aborted"
expect_exit 0 'all rounds are done' quickstart --rounds=3 --server-stop=0.03 --server-restart=0.5 --out=resumed
[ "$(tail -n 1 resumed/rounds.csv | cut -d, -f1)" = 3 ] || fail "a restarted server did not finish"

# An empty battery: the device drops out, the rounds go on.
expect_exit 0 'The run ended because' quickstart --rounds=3 --battery=0.01 --out=battery
grep -q ',battery,' battery/devices.csv || fail "no device dropped out"

# Which data: real ones where they are there, unless the command line says otherwise. Those here are made, of a few images.
expect_exit 0 'Learned from synthetic-digits, 300' env FL_DATASETS="$PWD/sets" "$FL_BUILD_DIR/bin/fl-quickstart" --devices=2 \
  --rounds=1 --train-samples=300 --test-samples=100 --out=made
FL_CACHE=$PWD/cache fl_program fl-quickstart --devices=2 --rounds=1 --train-samples=300 --test-samples=100 --out=cached \
  >/dev/null 2>&1
mkdir sets
cp -r "$(dirname "$(find cache -name 'train-images*')")" sets/fashion-mnist
FL_DATASETS=$PWD/sets && export FL_DATASETS
expect_exit 0 'Learned from fashion-mnist, 300' fl_program fl-quickstart --devices=2 --rounds=1 --out=real
grep -q '"data": "fashion-mnist"' real/summary.json || fail "summary.json does not say which data"
expect_exit 0 'Learned from fashion-mnist, 300' fl_program fl-quickstart --like=real/summary.json --out=again
expect_same real/rounds.csv again/rounds.csv
expect_exit 0 'Learned from synthetic-digits, 300' quickstart --out=sized
expect_exit 0 'Learned from synthetic-digits, 300' fl_program fl-quickstart --like=made/summary.json --out=repeated
expect_exit 0 '' quickstart --payload-bits=1000 --train-samples=0 --test-samples=0 --out=timing
! grep -q 'Learned' <<<"$out" || fail "a timing study learned: $out"
