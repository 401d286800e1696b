#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl run FILE.cc: a program of one's own is built and run with its arguments; what cannot be is said, with the right exit code.
. "$(dirname "$0")/lib.sh"

cat >"my program.cc" <<'END'
#include "ns3/fl-joint-methods.h"
#include "ns3/simulator.h"

#include <cstdio>

int
main(int argc, char* argv[])
{
    for (int i = 1; i < argc; ++i)
    {
        std::printf("argument %d: %s\n", i, argv[i]);
    }
    std::printf("%zu methods, time %g\n", ns3::fl::JointMethods().size(), ns3::Simulator::Now().GetSeconds());
    return argc > 1 ? 7 : 0;
}
END
expect_exit 0 '^[1-9][0-9]* methods, time 0$' "$FL" run "my program.cc"
expect_exit 7 '^argument 2: a b$' "$FL" run "my program.cc" -- --devices=3 "a b"
# Again, as it stands now.
sed -i 's/zu methods/zu ways/' "my program.cc"
expect_exit 0 '^[1-9][0-9]* ways, time 0$' "$FL" run "$PWD/my program.cc"
[ -z "$err" ] || fail "a program that has changed: $err"

expect_error 2 "run: there is no file 'missing.cc'" "$FL" run missing.cc
mkdir folder.cc
expect_error 2 "run: 'folder.cc' must be a file that can be read" "$FL" run folder.cc
echo 'int main() { return nonesuch; }' >broken.cc
expect_exit 1 "broken.cc:1:.* error: .*nonesuch" "$FL" run broken.cc
grep -q "^fl: run: '.*/broken.cc' could not be compiled; the reason stands above$" <<<"$err" || fail "no last word: $err"
! grep -q -e '-isystem' <<<"$err" || fail "the compiler's command line: $err"
rm -rf "$FL_BUILD_DIR"/user/{my?program,broken}-*
