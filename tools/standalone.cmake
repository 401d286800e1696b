# SPDX-License-Identifier: GPL-2.0-only
#
# The standalone build: what ns-3's build system provides in contrib mode, on top of an installed ns-3 (Debian's
# libns3-dev). Included by ../CMakeLists.txt only.

set(FL_STANDALONE TRUE)

option(FL_NATIVE "Compile for this machine's processor (-march=native)" ON)
option(FL_ASSERTS "Assertions of ns-3 (NS_ASSERT), Eigen and the C++ library in our own code" OFF)
option(FL_SANITIZE "Address and undefined behaviour sanitizers" OFF)
option(FL_NS3_LOG "The installed ns-3 was built with logging, as Debian's is" ON)
set(FL_TEST_FULLNESS "QUICK" CACHE STRING "Test cases to run: QUICK, EXTENSIVE or TAKES_FOREVER")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# --- The installed ns-3 -------------------------------------------------------------------------------------------

# The modules we link to, found as ns-3 itself finds them: in the text of CMakeLists.txt. All are reached through one
# target; the linker leaves out what is not used.
file(READ ${PROJECT_SOURCE_DIR}/CMakeLists.txt text)
string(REGEX MATCHALL "{lib[a-z0-9-]+}" fl_modules "${text}")
string(REGEX REPLACE "{lib([a-z0-9-]+)}" "\\1" fl_modules "${fl_modules}")
list(REMOVE_DUPLICATES fl_modules)
list(REMOVE_ITEM fl_modules fl)

# find_package(ns3) does not work on Debian 12: it names a file that the package lacks.
find_package(PkgConfig REQUIRED)
list(TRANSFORM fl_modules PREPEND "ns3-" OUTPUT_VARIABLE packages)
pkg_check_modules(NS3 REQUIRED ${packages})

# The optional PHYs, and what they need beside their own module.
set(fl_optional_modules)
foreach(phy ${FL_PHYS})
  pkg_check_modules(NS3_${phy} QUIET ns3-${phy} ns3-spectrum)
  set(FL_FOUND_${phy} ${NS3_${phy}_FOUND})
  if(NS3_${phy}_FOUND)
    list(APPEND fl_optional_modules ${phy} spectrum)
    list(APPEND NS3_LINK_LIBRARIES ${NS3_${phy}_LINK_LIBRARIES})
    list(APPEND NS3_INCLUDE_DIRS ${NS3_${phy}_INCLUDE_DIRS})
  endif()
endforeach()
list(REMOVE_DUPLICATES NS3_LINK_LIBRARIES)
list(REMOVE_DUPLICATES NS3_INCLUDE_DIRS)

# Debian's .pc files also name directories and libraries of what ns-3 itself was built with (libxml2, Python, GSL), which
# need not be installed to use it.
list(FILTER NS3_LINK_LIBRARIES INCLUDE REGEX "libns3")
set(ns3_include_dirs)
foreach(dir ${NS3_INCLUDE_DIRS})
  if(IS_DIRECTORY "${dir}/ns3")
    list(APPEND ns3_include_dirs "${dir}")
  endif()
endforeach()
if(ns3_include_dirs)
  list(REMOVE_ITEM ns3_include_dirs ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
endif()

find_package(Threads REQUIRED)
add_library(installed-ns3 INTERFACE)
target_link_libraries(installed-ns3 INTERFACE "-Wl,--as-needed" ${NS3_LINK_LIBRARIES} Threads::Threads)
target_include_directories(installed-ns3 SYSTEM INTERFACE ${ns3_include_dirs})
# Some classes have one more member where logging is compiled in (UdpClient), so that this must agree with the libraries.
# Assertions change no class.
target_compile_definitions(installed-ns3 INTERFACE $<$<BOOL:${FL_NS3_LOG}>:NS3_LOG_ENABLE>)

foreach(module ${fl_modules} ${fl_optional_modules})
  set(lib${module} installed-ns3)
endforeach()
set(libfl fl)
message(STATUS "fl: standalone, with ns-3 ${NS3_ns3-core_VERSION} at ${NS3_ns3-core_LIBDIR}")

# --- Compiler options ---------------------------------------------------------------------------------------------

# All of these are public: Eigen's alignment, which depends on the processor's vector size, is part of the ABI. A library
# and a program that differ crash in free().
add_library(fl-options INTERFACE)
target_compile_options(fl-options INTERFACE $<BUILD_INTERFACE:-Wall> $<BUILD_INTERFACE:-Wextra>)
# GCC 12 sees uninitialised values in its own AVX-512 intrinsics (GCC bug 105593), which Eigen's products inline.
target_compile_options(fl-options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_compile_features(fl-options INTERFACE cxx_std_17)
if(FL_NATIVE)
  target_compile_options(fl-options INTERFACE -march=native)
endif()
if(FL_ASSERTS)
  target_compile_options(fl-options INTERFACE -UNDEBUG)
  target_compile_definitions(fl-options INTERFACE NS3_ASSERT_ENABLE _GLIBCXX_ASSERTIONS)
endif()
if(FL_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  # With sanitizers GCC warns wrongly about values that may be uninitialized, in AVX-512 intrinsics for one.
  target_compile_options(fl-options INTERFACE ${sanitizers} -Wno-uninitialized -Wno-maybe-uninitialized)
  target_link_options(fl-options INTERFACE ${sanitizers})
endif()

# Tests check results, not speed: optimized less, they compile in about half the time.
function(fl_optimize_less target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# --- ns-3's build functions ---------------------------------------------------------------------------------------

# Writes FILE unless it holds CONTENT already, so that nothing is rebuilt in vain.
function(fl_write file content)
  set(old)
  if(EXISTS "${file}")
    file(READ "${file}" old)
  endif()
  if(NOT "${old}" STREQUAL "${content}")
    file(WRITE "${file}" "${content}")
  endif()
endfunction()

# The solvers, a library that knows nothing of ns-3. Its headers are reached as all others.
function(fl_add_opt_library)
  add_library(fl-opt SHARED ${ARGN})
  target_link_libraries(fl-opt PUBLIC fl-options Threads::Threads)
  target_include_directories(
    fl-opt PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  )
  target_include_directories(fl-opt SYSTEM INTERFACE ${fl_include_dirs})
  target_compile_definitions(fl-opt INTERFACE EIGEN_DONT_PARALLELIZE)
endfunction()

# Files of examples/study are parts of several programs, the test runner among them. Each is compiled once.
# In place of such files, SOURCES gets their objects.
function(fl_share_objects sources)
  set(shared)
  foreach(source ${${sources}})
    get_filename_component(path ${source} ABSOLUTE)
    if(path MATCHES "/examples/study/([^/]+)\\.cc$")
      set(object ${CMAKE_MATCH_1}-object)
      if(NOT TARGET ${object})
        add_library(${object} OBJECT ${path})
        target_link_libraries(${object} PRIVATE fl)
      endif()
      list(APPEND shared $<TARGET_OBJECTS:${object}>)
    else()
      list(APPEND shared ${source})
    endif()
  endforeach()
  set(${sources} ${shared} PARENT_SCOPE)
endfunction()

# Arguments as in ns-3; those that this module does not use are left out.
function(build_lib)
  cmake_parse_arguments(BLIB "" "LIBNAME" "SOURCE_FILES;HEADER_FILES;LIBRARIES_TO_LINK;TEST_SOURCES" ${ARGN})

  # Public headers are reached as "ns3/name.h", wherever they are: one forwarding header each, as ns-3 does it.
  set(include_dir ${PROJECT_BINARY_DIR}/include)
  set(module_header "#pragma once\n")
  set(names ${BLIB_LIBNAME}-module.h)
  foreach(header ${BLIB_HEADER_FILES})
    get_filename_component(name ${header} NAME)
    list(APPEND names ${name})
    # Relative, so that ccache finds the same objects for several checkouts.
    file(RELATIVE_PATH path ${include_dir}/ns3 ${PROJECT_SOURCE_DIR}/${header})
    fl_write(${include_dir}/ns3/${name} "#include \"${path}\"\n")
    string(APPEND module_header "#include \"ns3/${name}\"\n")
  endforeach()
  fl_write(${include_dir}/ns3/${BLIB_LIBNAME}-module.h "${module_header}")
  # Forget headers that have left the list.
  file(GLOB written RELATIVE ${include_dir}/ns3 ${include_dir}/ns3/*.h)
  list(REMOVE_ITEM written ${names})
  foreach(name ${written})
    file(REMOVE ${include_dir}/ns3/${name})
  endforeach()

  add_library(${BLIB_LIBNAME} SHARED ${BLIB_SOURCE_FILES})
  target_link_libraries(${BLIB_LIBNAME} PUBLIC fl-options ${BLIB_LIBRARIES_TO_LINK})
  target_include_directories(
    ${BLIB_LIBNAME} PUBLIC $<BUILD_INTERFACE:${include_dir}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  )

  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/examples/CMakeLists.txt)
    add_subdirectory(examples)
  endif()

  fl_write(
    ${PROJECT_BINARY_DIR}/fl-test-runner.cc
    "#include \"ns3/test.h\"\n\nint\nmain(int argc, char* argv[])\n{\n    return ns3::TestRunner::Run(argc, argv);\n}\n"
  )
  fl_share_objects(BLIB_TEST_SOURCES)
  add_executable(fl-test-runner ${PROJECT_BINARY_DIR}/fl-test-runner.cc ${BLIB_TEST_SOURCES})
  target_link_libraries(fl-test-runner PRIVATE ${BLIB_LIBNAME})
  fl_optimize_less(fl-test-runner)
  # ns-3's TestCase::CreateDataDirFilename looks, from the program upward, for a directory with VERSION and LICENSE in it,
  # and there for this path; so the build directory is made to look like an ns-3 tree.
  target_compile_definitions(fl-test-runner PRIVATE NS_TEST_SOURCEDIR="contrib/fl/test")
  fl_write(${PROJECT_BINARY_DIR}/VERSION "standalone\n")
  fl_write(${PROJECT_BINARY_DIR}/LICENSE "see ../LICENSE\n")
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/contrib/fl)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/test ${PROJECT_BINARY_DIR}/contrib/fl/test SYMBOLIC)
endfunction()

# Arguments as in ns-3.
function(build_lib_example)
  cmake_parse_arguments(EXAMPLE "" "NAME" "SOURCE_FILES;LIBRARIES_TO_LINK" ${ARGN})
  fl_share_objects(EXAMPLE_SOURCE_FILES)
  add_executable(${EXAMPLE_NAME} ${EXAMPLE_SOURCE_FILES})
  target_link_libraries(${EXAMPLE_NAME} PRIVATE ${EXAMPLE_LIBRARIES_TO_LINK})
endfunction()

include(${PROJECT_SOURCE_DIR}/tools/install.cmake)

# --- Tests --------------------------------------------------------------------------------------------------------

# Not in the function below: this sets a variable of the scope it stands in.
enable_testing()

# Builds one program of the documentation's recipes: fl-recipe-NAME. The blocks of code are taken from doc/fl.rst, as one
# file; SOURCE, where it is given, is another one, and LIBRARY what it links to in place of fl.
function(fl_add_recipe name)
  cmake_parse_arguments(RECIPE "" "SOURCE;LIBRARY" "BLOCKS" ${ARGN})
  if(NOT RECIPE_LIBRARY)
    set(RECIPE_LIBRARY fl)
  endif()
  set(extract ${PROJECT_SOURCE_DIR}/test/recipes/extract)
  set(doc ${PROJECT_SOURCE_DIR}/doc/fl.rst)
  set(folder ${PROJECT_BINARY_DIR}/recipes)
  set(written ${folder}/${name}.cc)
  # What has not changed is left alone, so that not every edit of the page compiles something.
  add_custom_command(
    OUTPUT ${written}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND bash ${extract} ${RECIPE_BLOCKS} ${doc} ${written}
    DEPENDS ${doc} ${extract}
    VERBATIM
  )
  add_executable(fl-recipe-${name} ${written} ${RECIPE_SOURCE})
  target_link_libraries(fl-recipe-${name} PRIVATE ${RECIPE_LIBRARY})
endfunction()

# The programs of doc/fl.rst, for test/shell/recipes.sh.
function(fl_add_recipes)
  set(media lan fdma)
  if(FL_FOUND_wifi)
    list(APPEND media wifi)
  endif()
  foreach(medium ${media})
    fl_add_recipe(own-${medium} BLOCKS own-begin own-${medium} own-main)
  endforeach()
  fl_add_recipe(own-scenario BLOCKS own-scenario)
  fl_add_recipe(solvers BLOCKS solvers LIBRARY fl-opt)
  # Optimizer and model are each one more file beside a copy of the quickstart.
  fl_add_recipe(optimizer BLOCKS strongest-half SOURCE ${PROJECT_SOURCE_DIR}/examples/fl-quickstart.cc)
  fl_add_recipe(model BLOCKS tanh-net SOURCE ${PROJECT_SOURCE_DIR}/examples/fl-quickstart.cc)
endfunction()

# Registers with CTest: every ns-3 test suite, every example with the arguments of test/examples-to-run.py, and every
# shell check.
function(fl_add_tests)
  set(work ${PROJECT_BINARY_DIR}/test-work)
  set(environment)
  set(timeout 600)
  if(FL_SANITIZE)
    set(environment UBSAN_OPTIONS=print_stacktrace=1 FL_FLAVOUR=sanitize
        LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/lsan.supp:print_suppressions=0)
    set(timeout 1800)
  elseif(FL_ASSERTS)
    set(environment FL_FLAVOUR=debug)
    set(timeout 1800)
  endif()

  # The suites are asked of the test program once it is built, so that none is forgotten.
  set(suites ${PROJECT_BINARY_DIR}/suites.cmake)
  add_custom_command(
    TARGET fl-test-runner
    POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DRUNNER=$<TARGET_FILE:fl-test-runner> -DOUTPUT=${suites} -DWORK=${work}
            -DFULLNESS=${FL_TEST_FULLNESS} -DTIMEOUT=${timeout} "-DENVIRONMENT=${environment}" -P
            ${PROJECT_SOURCE_DIR}/tools/list-suites.cmake
    BYPRODUCTS ${suites}
    VERBATIM
  )
  fl_write(
    ${PROJECT_BINARY_DIR}/include-suites.cmake
    "if(EXISTS \"${suites}\")\n  include(\"${suites}\")\nelse()\n  add_test(fl-not-built fl-not-built)\nendif()\n"
  )
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${PROJECT_BINARY_DIR}/include-suites.cmake)

  # test.py, which reads this file in an ns-3 tree, takes it as Python; here ("program arguments", "True" is enough, in
  # one string literal, so that no Python is needed.
  set(list ${PROJECT_SOURCE_DIR}/test/examples-to-run.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(READ ${list} text)
  string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  string(REGEX MATCHALL "\\([ \n]*\"[^\"]*\",[ \n]*\"True\"" entries "${text}")
  set(names)
  foreach(entry ${entries})
    string(REGEX REPLACE "\\([ \n]*\"([^\"]*)\".*" "\\1" command "${entry}")
    separate_arguments(command UNIX_COMMAND "${command}")
    list(POP_FRONT command example)
    # An example that is run several times, with other arguments, has a number at its name.
    set(name example-${example})
    set(number 1)
    while(name IN_LIST names)
      math(EXPR number "${number} + 1")
      set(name example-${example}-${number})
    endwhile()
    list(APPEND names ${name})
    file(MAKE_DIRECTORY ${work}/${name})
    add_test(NAME ${name} COMMAND ${example} ${command} WORKING_DIRECTORY ${work}/${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} ENVIRONMENT "${environment}")
  endforeach()

  fl_add_recipes()

  # A fixed number of random inputs, so that what is tested does not depend on the machine; minutes of them are for those
  # who change a solver or a reader.
  add_executable(
    fl-fuzz-solve test/fuzz/fl-fuzz-solve.cc test/fuzz/fl-fuzz-check.cc test/fuzz/fl-fuzz-dma.cc
                  test/fuzz/fl-fuzz-instance.cc
                  test/fuzz/fl-fuzz-mel.cc test/fuzz/fl-fuzz-method-checker.cc test/fuzz/fl-fuzz-offload.cc
                  test/fuzz/fl-fuzz-random.cc test/fuzz/fl-fuzz-schedule.cc test/fuzz/fl-fuzz-watch.cc
  )
  target_link_libraries(fl-fuzz-solve PRIVATE fl)
  set(cases_dma 300)
  set(cases_joint 700)
  set(cases_mel 6000)
  set(cases_offload 2000)
  set(cases_schedule 10000)
  # Processor time; sanitizers make the solvers about five times slower.
  set(limit 30)
  if(FL_SANITIZE)
    set(limit 150)
  endif()
  foreach(problem dma joint mel offload schedule)
    file(MAKE_DIRECTORY ${work}/fuzz-${problem})
    add_test(NAME fuzz-${problem} COMMAND fl-fuzz-solve --problem=${problem} --cases=${cases_${problem}} --limit=${limit}
             WORKING_DIRECTORY ${work}/fuzz-${problem})
    set_tests_properties(fuzz-${problem} PROPERTIES LABELS fuzz TIMEOUT ${timeout} ENVIRONMENT "${environment}")
  endforeach()

  add_executable(
    fl-fuzz-read test/fuzz/fl-fuzz-read.cc test/fuzz/fl-fuzz-samples.cc test/fuzz/fl-fuzz-watch.cc
  )
  target_link_libraries(fl-fuzz-read PRIVATE fl)
  set(readers safetensors tokens vocabulary idx-labels idx-images text-table r-object lzma2)
  if(fl_sodium_libraries)
    list(APPEND readers ledger)
  endif()
  foreach(reader ${readers})
    file(MAKE_DIRECTORY ${work}/fuzz-${reader})
    add_test(NAME fuzz-${reader} COMMAND fl-fuzz-read --reader=${reader} --cases=4000 --limit=${limit}
             WORKING_DIRECTORY ${work}/fuzz-${reader})
    set_tests_properties(fuzz-${reader} PROPERTIES LABELS fuzz TIMEOUT ${timeout} ENVIRONMENT "${environment}")
  endforeach()

  # Not GLOB's CONFIGURE_DEPENDS: with it no build is ever seen to be up to date before it is run.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/shell)
  file(GLOB checks ${PROJECT_SOURCE_DIR}/test/shell/*.sh)
  list(REMOVE_ITEM checks ${PROJECT_SOURCE_DIR}/test/shell/lib.sh)
  foreach(check ${checks})
    get_filename_component(name ${check} NAME_WE)
    set(name shell-${name})
    file(MAKE_DIRECTORY ${work}/${name})
    add_test(NAME ${name} COMMAND bash ${check} WORKING_DIRECTORY ${work}/${name})
    set_tests_properties(
      ${name} PROPERTIES TIMEOUT ${timeout} ENVIRONMENT
                         "${environment};FL=${PROJECT_SOURCE_DIR}/fl;FL_BUILD_DIR=${PROJECT_BINARY_DIR}"
    )
    # What runs ./fl may build, for which there is a lock; who waits for it says so, which a check takes for a complaint.
    file(STRINGS ${check} uses REGEX "[$]FL\"")
    if(uses)
      set_tests_properties(${name} PROPERTIES RESOURCE_LOCK fl-build)
    endif()
  endforeach()
endfunction()
