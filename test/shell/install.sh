#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cmake --install: a user's programs are built against what it puts into an empty prefix, through the CMake package and through
# pkg-config, and run; the solvers' one without ns-3.
. "$(dirname "$0")/lib.sh"

# Everything is there already; nothing is built here.
cmake --install "$FL_BUILD_DIR" --prefix "$fl_folder/prefix" >install.log 2>&1 || fail "cmake --install: $(tail -n 3 install.log)"
[ -f prefix/include/ns3/fl-module.h ] || fail "no fl-module.h"
# No header of the build directory or of the sources is used.
grep -rlF -e "$FL_BUILD_DIR" -e "$FL_SOURCE_DIR" prefix --include='*.h' --include='*.cmake' --include='*.pc' &&
  fail "what is installed names the folders that it was built in"

extract=$FL_SOURCE_DIR/test/recipes/extract
"$extract" own-begin own-fdma own-main "$FL_SOURCE_DIR/doc/fl.rst" own.cc
"$extract" solvers "$FL_SOURCE_DIR/doc/fl.rst" solvers.cc

# package NAME COMPONENTS TARGET - builds NAME.cc in a project of its own.
package()
{
  mkdir "$1"
  cat >"$1/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.18)
project(own LANGUAGES CXX)
find_package(fl 0.1 REQUIRED $2)
add_executable($1 ../$1.cc)
target_link_libraries($1 PRIVATE $3)
END
  cmake -S "$1" -B "$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$fl_folder/prefix" >"$1.log" 2>&1 &&
    cmake --build "$1/build" >>"$1.log" 2>&1 || fail "CMake package, $1: $(tail -n 20 "$1.log")"
}
package own "" fl::fl
expect_exit 0 '^round 5: 4 updates, accuracy [0-9.]+ %' timeout 120 own/build/own
package solvers "COMPONENTS opt" fl::fl-opt
expect_exit 0 '^offload: [0-9.]+ s$' timeout 120 solvers/build/solvers
ldd solvers/build/solvers | grep -q "$fl_folder/prefix/.*libfl-opt" || fail "another libfl-opt: $(ldd solvers/build/solvers)"
! ldd solvers/build/solvers | grep -q ns3 || fail "the solvers need ns-3"

# A component that is not there is named.
mkdir wrong
printf 'cmake_minimum_required(VERSION 3.18)\nproject(w LANGUAGES CXX)\nfind_package(fl REQUIRED COMPONENTS radio)\n' >wrong/CMakeLists.txt
expect_exit 1 "component 'radio': must be fl or opt" cmake -S wrong -B wrong/build "-DCMAKE_PREFIX_PATH=$fl_folder/prefix"

# The installed tree may be moved.
mv prefix moved
pc=$(dirname "$(find "$PWD/moved" -name fl-opt.pc)")
for name in own solvers; do
  module=fl-opt
  [ $name = solvers ] || module=fl
  # shellcheck disable=SC2046 # these are several words
  "${CXX:-c++}" -O1 $name.cc -o $name-pc $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs $module) >$name.log 2>&1 ||
    fail "pkg-config, $name: $(tail -n 20 $name.log)"
done
LD_LIBRARY_PATH=$(dirname "$pc") && export LD_LIBRARY_PATH
expect_exit 0 '^round 5: 4 updates' timeout 120 ./own-pc
expect_exit 0 '^schedule: [1-3] devices$' timeout 120 ./solvers-pc
[ "$(PKG_CONFIG_PATH=$pc pkg-config --modversion fl)" = "$(sed -n 's/.*VERSION\[\] = "\([0-9.]*\).*/\1/p' \
  "$FL_SOURCE_DIR/helper/fl-version.h")" ] || fail "version"
