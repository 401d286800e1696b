#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The quickstart over Wi-Fi, where this build has it: whole files, sensible values, uplinks by trigger, the same bytes again;
# one line for what Wi-Fi cannot do.

. "$(dirname "$0")/lib.sh"

if ! grep -q 'fl-wifi' "$FL_BUILD_DIR/suites.cmake"; then
  expect_error 2 '--phy=wifi: must be .*wifi was left out' fl_program fl-quickstart --phy=wifi
  exit
fi

quickstart()
{
  fl_program fl-quickstart --phy=wifi --devices=3 --rounds=2 --train-samples=300 --test-samples=100 "$@"
}

expect_error 2 '--bandwidth=7e.06: must be 20e6, 40e6, 80e6 or 160e6' quickstart --bandwidth=7e6

expect_exit 0 'trigger-based PPDUs: [0-9.]+ % of' quickstart --out=one
expect_exit 0 'all rounds are done' quickstart --out=two
for file in rounds.csv devices.csv; do
  expect_same one/$file two/$file
done
[ "$(grep -c ',merged,' one/devices.csv)" -eq 6 ] || fail "not all of 3 devices' 2 updates were merged"
# summary.json VALUE - a number of its totals.
total()
{
  sed -n "s/^ *\"$1\": \([-0-9.e+]*\),*$/\1/p" one/summary.json
}
awk -v share="$(total wifi_triggered_share)" 'BEGIN { exit !(share >= 0.95 && share <= 1) }' ||
  fail "share of trigger-based PPDUs: '$(total wifi_triggered_share)'"
# Updates travel in packets with headers of their own.
awk -v all="$(total wifi_uplink_bytes)" -v sent="$(total uploaded_bytes)" 'BEGIN { exit !(sent > 0 && all > sent) }' ||
  fail "uplink bytes: '$(total wifi_uplink_bytes)' for '$(total uploaded_bytes)' of updates"

expect_exit 0 'trigger-based PPDUs: 0.0 % of' quickstart --out=contending --ns3::fl::WifiRadioControl::EnforcePlan=false

# Three of four stations are out of reach, and never associate: rounds go on with the one that does.
expect_exit 0 'all rounds are done' quickstart --devices=4 --radius=400 --payload-bits=28100 --out=far
[ "$(cut -d, -f1,5,6 far/rounds.csv | tr '\n' ' ')" = 'round,selected,received 1,1,1 2,1,1 ' ] || fail "far: $(cat far/rounds.csv)"

# Circuits empty a small battery: the run ends, and says why.
expect_exit 0 'no device became available' quickstart --battery=0.5 --rounds=40 --out=battery \
  --ns3::fl::SyncCoordinator::WaitTimeout=1s
