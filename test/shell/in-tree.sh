#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tools around an ns-3 tree refuse. That they work is shown by .ci/run.
. "$(dirname "$0")/lib.sh"

in_tree=$FL_SOURCE_DIR/tools/in-tree
expect_error 2 "one argument is needed" "$in_tree"
expect_error 2 "one argument is needed" "$in_tree" one two
expect_error 2 "one argument is needed" "$in_tree" --phys
expect_error 2 "unknown option '--all'; allowed: --phys, --compile" "$in_tree" --all one
expect_error 2 "one argument is needed" "$in_tree" --compile
expect_error 2 "one argument is needed" "$in_tree" --compile one two three
expect_error 2 "no folder 'nonesuch'" "$in_tree" --compile nonesuch wifi
expect_error 2 "no folder 'nonesuch'" "$in_tree" --phys nonesuch
expect_error 2 "no folder 'nonesuch'" "$in_tree" nonesuch
expect_error 2 "'/' is not the top of an ns-3 tree" "$in_tree" /
expect_error 2 "one argument is needed" "$FL_SOURCE_DIR/tools/get-ns3-source"

# As far as it is looked at, an ns-3 tree; first one of the waf days.
mkdir -p "a tree/src/core/model"
touch "a tree/VERSION" "a tree/src/core/model/simulator.h"
expect_error 2 "'a tree' is ns-3 before 3.36" "$in_tree" "a tree"
mkdir "a tree/build-support"
touch "a tree/build-support/macros-and-definitions.cmake"
# Someone's own checkout of this module is not to be overwritten.
mkdir -p "a tree/contrib/fl/.git"
expect_error 2 "would be overwritten" "$in_tree" "a tree"
[ -d "a tree/contrib/fl/.git" ] || fail "a checkout in contrib/fl was removed"
