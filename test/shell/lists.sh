#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing is forgotten: a source that no list names is neither built nor tested, and no one would notice.
. "$(dirname "$0")/lib.sh"

cd "$FL_SOURCE_DIR" || exit 1
for file in $(find model helper -name '*.cc') test/*.cc; do
  grep -qxE " *$file" CMakeLists.txt || fail "$file is not in CMakeLists.txt"
done
# What the studies are made of is compiled into their programs, and into the tests.
for file in examples/study/*.cc; do
  grep -qxE " *$file" CMakeLists.txt || fail "$file is not in CMakeLists.txt, with the tests"
  grep -qxE " *${file#examples/}" examples/CMakeLists.txt || fail "$file is not in examples/CMakeLists.txt"
done
# A header may be private, but not if one that is listed includes it.
headers=$(sed -nE 's,^ +((model|helper)/[^ ]+\.h)$,\1,p' CMakeLists.txt)
for file in $headers; do
  included=$(sed -nE 's,^#include "([^"]*/)?(fl-[^"/]+\.h)"$,\2,p' "$file")
  for name in $included; do
    grep -qE "/$name\$" <<<"$headers" || fail "$file includes $name, which CMakeLists.txt does not list"
  done
done
for file in examples/*.cc; do
  [ -e "$file" ] || continue
  name=$(basename "$file" .cc)
  grep -qxE " *$name" examples/CMakeLists.txt || fail "$file is not in examples/CMakeLists.txt"
  grep -q "\"${name}[ \"]" test/examples-to-run.py || fail "$name is not in test/examples-to-run.py"
  [ -n "$(sed -n 's/^.*@brief  *//p' "$file")" ] || fail "$file has no line with @brief, which ./fl list shows"
done
# "ns3 install", and waf, put all headers into one folder: there, a header finds another by "ns3/name.h" or "name.h" only.
if grep -nE '#include "[^"]*/' $headers | grep -v '"ns3/'; then
  fail "public headers may include each other as \"ns3/name.h\", or \"name.h\" in the same folder"
fi
