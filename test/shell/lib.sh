# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the checks in this folder, which CTest runs as shell-NAME:
#
#     . "$(dirname "$0")/lib.sh"
#     expect_exit 0 'accuracy' "$FL" run quickstart -- --rounds=1
#     expect_error 2 "devices.*'-1'" fl_program fl-quickstart --devices=-1
#
# A check runs in an empty folder of its own, and fails if any of its expectations does. $FL is the script
# ./fl, $FL_BUILD_DIR the build that is tested; both have defaults, so that a check can be run by hand.

set -u

FL_SOURCE_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FL=${FL:-$FL_SOURCE_DIR/fl}
export FL_BUILD_DIR=${FL_BUILD_DIR:-$FL_SOURCE_DIR/build}

fl_failures=0
fl_folder=$(mktemp -d)
cd "$fl_folder" || exit 1

# Ends every check: the exit code says whether all expectations held.
fl_finish()
{
  local status=$?
  cd /
  rm -rf "$fl_folder"
  [ $status -eq 0 ] && [ "$fl_failures" -eq 0 ] || exit 1
}
trap fl_finish EXIT

# fail MESSAGE - notes a failure; the check goes on.
fail()
{
  printf 'FAILED: %s\n' "$*" >&2
  fl_failures=$((fl_failures + 1))
}

# fl_program NAME [ARGS...] - runs a program of the build that is tested, without ./fl around it.
fl_program()
{
  local name=$1
  shift
  "$FL_BUILD_DIR/bin/$name" "$@"
}

# run COMMAND... - runs it; sets status, out and err to its exit code, standard output and standard error.
run()
{
  local out_file err_file
  out_file=$(mktemp) err_file=$(mktemp)
  status=0
  "$@" >"$out_file" 2>"$err_file" </dev/null || status=$?
  out=$(cat "$out_file") err=$(cat "$err_file")
  rm -f "$out_file" "$err_file"
}

# expect_exit CODE REGEX COMMAND... - the command exits with CODE, and a line of what it prints, to standard output or
# standard error, matches the extended REGEX (an empty one matches anything).
expect_exit()
{
  local code=$1 regex=$2
  shift 2
  # ns-3 is not exception-safe: an error that passes through it, as from the setter of an attribute of an object that is
  # being made, leaves memory behind. So leaks count in programs that end well only.
  [ "$code" -eq 0 ] || local -x ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
  run "$@"
  if [ "$status" -ne "$code" ]; then
    fail "$* -- exit code $status, expected $code"
    printf '%s\n' "$out" "$err" | tail -n 20 >&2
  elif [ -n "$regex" ] && ! printf '%s\n' "$out" "$err" | grep -qE -- "$regex"; then
    fail "$* -- no line matches '$regex' in:"
    printf '%s\n' "$out" "$err" | tail -n 20 >&2
  fi
}

# expect_error CODE REGEX COMMAND... - as expect_exit; and standard error is exactly one line, which matches, and
# standard output is empty.
expect_error()
{
  local code=$1 regex=$2
  shift 2
  expect_exit "$code" "" "$@"
  if [ "$(printf '%s\n' "$err" | wc -l)" -ne 1 ] || [ -z "$err" ]; then
    fail "$* -- expected one line on standard error, got:"
    printf '%s\n' "$err" | tail -n 20 >&2
  elif ! printf '%s\n' "$err" | grep -qE -- "$regex"; then
    fail "$* -- does not match '$regex': $err"
  fi
  [ -z "$out" ] || fail "$* -- expected nothing on standard output, got: $(printf '%s\n' "$out" | head -n 3)"
}

# expect_same FILE FILE - byte for byte.
expect_same()
{
  cmp "$1" "$2" >&2 || fail "$1 and $2 differ"
}
