# SPDX-License-Identifier: GPL-2.0-only
#
# Run after the test program RUNNER is built: writes to OUTPUT one CTest entry per ns-3 test suite in it. WORK, FULLNESS,
# TIMEOUT and ENVIRONMENT are what standalone.cmake says.

set(ENV{ASAN_OPTIONS} detect_leaks=0)
execute_process(
  COMMAND ${RUNNER} --print-test-name-list
  OUTPUT_VARIABLE names
  RESULT_VARIABLE result
)
if(result)
  message(FATAL_ERROR "${RUNNER} can't list its suites: ${result}")
endif()
string(REGEX MATCHALL "[^ \n]+" names "${names}")

set(text)
foreach(name ${names})
  string(
    APPEND
    text
    "add_test(\"${name}\" \"${RUNNER}\" --verbose \"--suite=${name}\" --fullness=${FULLNESS} \"--tempdir=${WORK}/${name}\")\n"
    "set_tests_properties(\"${name}\" PROPERTIES TIMEOUT ${TIMEOUT} ENVIRONMENT \"${ENVIRONMENT}\")\n"
  )
endforeach()
file(WRITE ${OUTPUT} "${text}")
