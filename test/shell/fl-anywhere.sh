#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl works from any folder, through a link, and leaves its results where the caller is.
. "$(dirname "$0")/lib.sh"

mkdir "a folder"
ln -s "$FL" "a folder/fl link"
cd "a folder" || exit 1
expect_exit 0 "^  fl-quickstart" "./fl link" list
expect_exit 0 "" "./fl link" run quickstart -- --devices=3 --rounds=1
[ -s results/fl-quickstart/rounds.csv ] || fail "no results/fl-quickstart/rounds.csv in the caller's folder"

# Two at once do not get into each other's way.
"./fl link" build &
expect_exit 0 "" "./fl link" build
wait $! || fail "of two builds at once, one failed"
