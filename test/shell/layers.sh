#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may know whom: a file includes only headers of its own folder and of those that stand beside it here. What has no
# `ns3` there includes nothing of ns-3, so that it can be used, tested and timed alone.
. "$(dirname "$0")/lib.sh"

cd "$FL_SOURCE_DIR" || exit 1

plain="model/base"
plan="$plain model/plan"
learning="$plain model/ml/data model/ml/network model/ml"
split="$learning model/ml/weights model/ml/split"
radio="ns3 $plan model/radio"
model="$radio $split model/opt model/opt/dma model/opt/joint model/opt/mel model/opt/offload model/opt/schedule model/rl model/consensus model/ledger model/robust model/bfl model/device model/net model"
installing="$model model/radio/fdma helper"
declare -A may=(
  [model/base]=""
  [model/plan]="$plan"
  [model/opt]="$plan"
  [model/opt/dma]="$plan model/opt"
  [model/opt/joint]="$plan model/opt"
  [model/opt/mel]="$plan model/opt"
  [model/opt/offload]="$plan model/opt"
  [model/opt/schedule]="$plan model/opt"
  [model/consensus]="$plain"
  [model/ledger]="$plain"
  [model/ml/data]="$plain"
  [model/ml/weights]="$learning"
  [model/ml/network]="$plain"
  [model/ml]="$learning"
  [model/ml/split]="$split"
  [model/robust]="$learning"
  [model/bfl]="$learning model/consensus model/ledger model/robust"
  [model/rl]="$learning model/opt model/opt/offload"
  [model/device]="ns3 $plain"
  [model/radio]="$radio"
  [model/radio/fdma]="$radio model/device"
  [model/radio/lte]="$radio model/device"
  [model/radio/wifi]="$radio model/device"
  [model/net]="ns3 $plan model/ml/data"
  [model]="$model"
  [helper]="$installing"
  [helper/cli]="$installing"
  [helper/results]="$installing helper/cli"
  [helper/cell]="$installing helper/cli helper/results model/radio/lte model/radio/wifi"
  [helper/solve]="$installing helper/cli helper/results"
  [examples/study]="$installing helper/cli helper/results helper/cell"
)

# In one direction only.
for folder in "${!may[@]}"; do
  for known in ${may[$folder]}; do
    [[ $known = "$folder" || " ${may[$known]:-} " != *" $folder "* ]] || fail "$folder and $known may know each other"
  done
done

# The folder of each of our headers.
declare -A folder_of
while IFS= read -r file; do
  folder_of[${file##*/}]=${file%/*}
done < <(find model helper examples/study -name '*.h')

while IFS=: read -r file name; do
  folder=${file%/*}
  known=${folder_of[${name##*/}]:-ns3}
  # The one file that tells ns-3's versions apart; it is for those who include ns-3 anyway.
  [ "$file" != model/base/fl-ns3-compat.h ] || continue
  [ -n "${may[$folder]+x}" ] || fail "$folder is not in the list of test/shell/layers.sh"
  [[ $known = "$folder" || " ${may[$folder]} " = *" $known "* ]] || fail "$file includes $name: $folder may not know $known"
done < <(grep -rE '^#include "' model helper examples/study --include='*.h' --include='*.cc' | sed -E 's/^([^:]*):#include "([^"]*)"$/\1:\2/')

# No circles of includes: .h and .cc of a name are one node. Server and Coordinator call each other; only the coordinator's
# .cc knows the server.
edges=$(grep -rE '^#include "' model helper examples/study --include='*.h' --include='*.cc' |
  sed -nE 's#^([^:]*/)?([^/:]*)\.(h|cc):\#include "(ns3/)?(fl-[^"]*)\.h"$#\2 \5#p' | grep -vxF 'fl-coordinator fl-server')
loop=$(tsort <<<"$edges" 2>&1 >/dev/null) || fail "a circle of includes: $(tr '\n' ' ' <<<"$loop")"
