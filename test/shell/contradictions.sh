#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Options that contradict each other are refused, with one line that names both, before anything is simulated or written. The
# rules of every cell are tested one by one in the suite fl-program; here are those of single programs.

. "$(dirname "$0")/lib.sh"

# refuse REGEX PROGRAM ARGS...
refuse()
{
  local regex=$1
  shift
  expect_error 2 "$regex" fl_program "$@" --out=out
  [ ! -e out ] || fail "$* -- left a folder"
}

# This one ran for ever.
refuse '--server-restart=2: must be later than --server-stop=5' fl-quickstart --server-stop=5 --server-restart=2
# This one had simulated a PHY before it was refused.
if grep -q fl-lte "$FL_BUILD_DIR/suites.cmake"; then
  refuse '--bandwidth=7e.06: must be .* with --phy=lte' fl-phy-comparison --bandwidth=7e6
  refuse '--devices=400: must be at most 312 with --phy=lte' fl-calibration --devices=400
fi

# Figures by formula, or packets.
for option in phy=lte optimizer=equal fading=rician server-stop=1 battery=1 mobility=1 pcap=true; do
  for program in fl-joint-energy-time fl-task-allocation fl-split-lora; do
    refuse "--$option: must be left out with --packets=false: figures" $program "--$option"
  done
done
refuse '--figures=2: must be left out with --packets=true' fl-joint-energy-time --packets --figures=2
refuse '--runs=3: must be left out with --packets=true' fl-joint-energy-time --packets --runs=3
refuse '--method=paper: must be left out with --optimizer=equal' fl-joint-energy-time --packets --method=paper --optimizer=equal
refuse 'WeightEnergy=0.9: must be left out with --weight-energy=0.4' fl-joint-energy-time --packets --weight-energy=0.4 \
  --ns3::fl::JointOptimizer::WeightEnergy=0.9
refuse '--figures=4: must be left out with --packets=true' fl-task-allocation --packets --figures=4
refuse '--method=sai: must be left out with --packets=true' fl-task-allocation --packets --method=sai
refuse '--devices=5: must be left out with --packets=false' fl-task-allocation --devices=5
refuse '--model=mlp: must be left out with --payload-bits=1000' fl-compare --payload-bits=1000 --model=mlp
refuse '--optimizer=equal: must be left out with --optimizers=' fl-compare --optimizer=equal
refuse '--runs=1: must be at least 2: one run has no confidence interval' fl-compare --runs=1
if grep -q fl-lte "$FL_BUILD_DIR/suites.cmake"; then
  refuse '--phy=lte: must be left out with --phys=fdma: that names the PHYs' fl-compare --phy=lte --phys=fdma
  refuse '--bandwidth=7e.06: must be .* with --phy=lte' fl-compare --phys=fdma,lte --bandwidth=7e6
fi
refuse '--figure=5: must be left out with --packets=true' fl-split-lora --packets --figure=5
refuse '--compare=equal: must be left out with --packets=false' fl-split-lora --compare=equal
refuse 'Calibrate=true: must be left out: the study compares' fl-calibration --ns3::fl::SyncCoordinator::Calibrate=true
