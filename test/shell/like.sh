#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# --like=FILE: a run is repeated from its summary.json, and all tables are the same bytes. What is refused is tested in the
# suite fl-scenario; here is one case of each kind, as a user sees it.

. "$(dirname "$0")/lib.sh"

small=(--devices=4 --rounds=2 --train-samples=300 --test-samples=100)

# configuration FILE - what a run was told, but for where results went and by how many threads.
configuration()
{
  sed -n '/^  "configuration": {$/,/^  }/p' "$1" | grep -vE '^ *"(out|threads|pcap)":'
}

# same_tables FOLDER FOLDER - the same tables are in both, byte for byte. Measured run times differ from run to run.
same_tables()
{
  local file
  [ "$(cd "$1" && find . -name '*.csv' | sort)" = "$(cd "$2" && find . -name '*.csv' | sort)" ] ||
    fail "$1 and $2 have other tables: $(find "$1" "$2" -name '*.csv')"
  while IFS= read -r file; do
    expect_same "$1/$file" "$2/$file"
  done < <(cd "$1" && find . -name '*.csv' ! -name run-times.csv)
}

# repeated PROGRAM OPTIONS... - runs the program, and repeats it from what it wrote.
repeated()
{
  local program=$1
  shift
  rm -rf first second
  expect_exit 0 '' fl_program "$program" "$@" --out=first --threads=2
  [ -n "$(find first -name '*.csv')" ] || fail "$program $* -- wrote no table"
  for summary in $(find first -name summary.json | sort); do
    # Each case of a comparison is a run of the quickstart, see compare.sh.
    grep -q "\"program\": \"$program\"" "$summary" || continue
    rm -rf second
    expect_exit 0 '' fl_program "$program" --like="$summary" --out=second --threads=0
    # Of several runs each has its summary: that of one PHY alone repeats that PHY alone.
    if [ "$(dirname "$summary")" = first ] || [ "$program" != fl-phy-comparison ]; then
      same_tables first second
      [ ! -f first/summary.json ] || [ "$(configuration first/summary.json)" = "$(configuration second/summary.json)" ] ||
        fail "$program $* -- the repetition has another configuration"
    else
      same_tables "$(dirname "$summary")" "second/$(basename "$(dirname "$summary")")"
    fi
  done
}

repeated fl-quickstart "${small[@]}" --RngRun=3 --fading=rayleigh --ns3::fl::JointOptimizer::WeightEnergy=0.9 \
  --ns3::fl::BlockFadingLossModel::CoherenceTime=50ms --partition=dirichlet:0.5 --lr=0.1
grep -q '"rng_run": 3' second/summary.json || fail "run number of a repetition: $(configuration second/summary.json)"
# All that a command line can say beside this one.
repeated fl-quickstart --devices=4 --rounds=3 --runs=2 --payload-bits=28100 --transport=datagram --optimizer=equal --battery=2 \
  --mobility --background --radius=120 --bandwidth=5e6 --min-power=1 --max-power=10 --min-cpu=2e8 --min-cycles=2e4 \
  --samples-per-device=50 --server-stop=0.3 --server-restart=0.5 --max-cpu-in-turn=1e9,2e9 --capacitance=2e-28 \
  --max-capacitance=3e-28 --downlink-bandwidth=2e6 --downlink-power=0.4 \
  --loss-at-1m=16 --loss-exponent=3.5 --stream-after-radio=5000 --RngSeed=11 --local-iterations=3 --ChecksumEnabled=true
repeated fl-quickstart "${small[@]}" --coordinator=async --rounds=8 --buffer=2 --in-flight=3 --staleness=hinge \
  --ns3::fl::AsyncCoordinator::StalenessLimit=1 --ns3::fl::AsyncCoordinator::StalePolicy=Drop
for phy in lte wifi; do
  ! grep -q "fl-$phy" "$FL_BUILD_DIR/suites.cmake" || repeated fl-quickstart "${small[@]}" --phy=$phy --model=mlp:5 --batch=0
done
repeated fl-phy-comparison "${small[@]}"
repeated fl-any-link --devices=3 --rounds=2 --train-samples=300 --test-samples=100 --rate=1e6 --delay=0.01 --runs=2
repeated fl-calibration --phy=fdma --devices=3 --rounds=5 --runs=2
repeated fl-joint-energy-time --figures=7 --devices=4 --runs=2
repeated fl-joint-energy-time --packets --devices=4 --rounds=2
repeated fl-task-allocation --packets "${small[@]}" --runs=1
repeated fl-task-allocation --quick --figures=4 --rounds=2 --runs=1 --train-samples=200 --test-samples=100
repeated fl-device-scheduling --formula-rounds=20 --runs=2
repeated fl-compare "${small[@]}" --runs=2 --optimizers=schedule,equal

# Further options have the last word, wherever they stand, and the run's folder is not written into again.
expect_exit 0 'all rounds are done' fl_program fl-quickstart "${small[@]}" --ns3::fl::JointOptimizer::WeightEnergy=0.9 --out=a
expect_exit 0 'all rounds are done' fl_program fl-quickstart "${small[@]}" --ns3::fl::JointOptimizer::WeightEnergy=0.2 \
  --RngRun=2 --out=b
before=$(cksum a/*)
expect_exit 0 'results/fl-quickstart' fl_program fl-quickstart --RngRun=2 --like=a/summary.json \
  --ns3::fl::JointOptimizer::WeightEnergy=0.2
same_tables b results/fl-quickstart
[ "$(cksum a/*)" = "$before" ] || fail "a repetition changed the results of the run"

# What is refused: one line, code 2, nothing written.
refuse()
{
  expect_error 2 "$1" fl_program fl-quickstart --out=refused "${@:2}"
  [ ! -e refused ] || fail "${*:2} -- left a folder"
}
summary()
{
  sed "$1" a/summary.json >changed.json
  ! cmp -s changed.json a/summary.json || fail "$1 changes nothing"
}
refuse "'missing.json' can't be read: No such file" --like=missing.json
refuse "'a' can't be read: Is a directory" --like=a
refuse 'like=: must be the name of a file' --like=
refuse 'needs a value' --like
refuse 'a/rounds.csv: is no JSON' --like=a/rounds.csv
summary 's/"program": .*/"program": "fl-any-link",/'
refuse "changed.json: program = 'fl-any-link': must be fl-quickstart" --like=changed.json
summary 's/"format": 1/"format": 2/'
refuse 'configuration.format = 2: must be 1' --like=changed.json
summary '/"devices":/d'
refuse 'options.devices is missing: must be a whole number' --like=changed.json
summary 's/"devices":/"devises":/'
refuse 'options.devises: unknown option of fl-quickstart' --like=changed.json
summary 's/"rounds": 2,/"rounds": "2",/'
refuse 'options.rounds = "2": must be a whole number' --like=changed.json
refuse '--min-cycles=5(e.04|0000): must not exceed --max-cycles=3' --like=a/summary.json --min-cycles=5e4
