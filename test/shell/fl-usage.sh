#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What ./fl does with its own arguments, right and wrong.
. "$(dirname "$0")/lib.sh"

expect_error 2 "unknown command 'fly'; allowed: run, compare, list" "$FL" fly
expect_error 2 "unknown option '--fast'" "$FL" --fast
expect_error 2 "unknown example 'nonesuch'; allowed: .*fl-quickstart" "$FL" run nonesuch
expect_error 2 "unknown example 'fl-nonesuch'" "$FL" run fl-nonesuch -- --devices=3
expect_error 2 "unknown example '../fl'" "$FL" run ../fl
expect_error 2 "unknown example ''" "$FL" run ""
expect_error 2 "unknown option '--rounds=3'.*after --" "$FL" run --rounds=3
expect_error 2 "unexpected argument 'all'" "$FL" build all
expect_error 2 "unexpected argument 'all'" "$FL" list all
expect_error 2 "unknown set 'mnist'; allowed: fashion-mnist, reviews" "$FL" data mnist
expect_error 2 "PROBLEM and FILE.json" "$FL" solve
expect_error 2 "PROBLEM and FILE.json" "$FL" solve nonesuch
expect_error 2 "nonesuch" "$FL" solve nonesuch instance.json
expect_error 2 "FL_FLAVOUR is 'odd'; allowed: release" env FL_FLAVOUR=odd "$FL" build

expect_exit 2 "^Usage: ./fl COMMAND" "$FL"
expect_exit 0 "^Usage: ./fl COMMAND" "$FL" --help
[ -z "$err" ] || fail "--help wrote to standard error: $err"
expect_exit 0 "^Usage: ./fl COMMAND" "$FL" run --help

expect_exit 0 "^  fl-quickstart  +[^ ]" "$FL" list
[ -z "$err" ] || fail "list wrote to standard error: $err"
# Every suite that CTest runs is named, and no other.
named=$(sed -n '/^Test suites/,$s/^  //p' <<<"$out")
known=$(fl_program fl-test-runner --print-test-name-list | sort)
[ "$named" = "$known" ] || fail "list names the suites: $named; the test program has: $known"
