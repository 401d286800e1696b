# SPDX-License-Identifier: GPL-2.0-only
#
# The standalone build as a library for others: `cmake --install`, and CMake packages of the build directory itself, against
# which ./fl run FILE.cc builds a user's program. In an ns-3 tree ns-3's own installation is what counts.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The version that helper/fl-version.h says, without what follows the numbers.
file(STRINGS ${PROJECT_SOURCE_DIR}/helper/fl-version.h FL_VERSION REGEX "VERSION\\[\\] =")
string(REGEX REPLACE ".*\"([0-9.]+).*\".*" "\\1" FL_VERSION "${FL_VERSION}")

# What a program's compiler needs beside the include directories of the library: as the targets export it, for pkg-config.
# PREFIX_libs and PREFIX_cflags are set for the caller.
function(fl_pkg_config_flags prefix)
  set(cflags "-DEIGEN_DONT_PARALLELIZE")
  foreach(dir ${fl_include_dirs})
    string(APPEND cflags " -isystem ${dir}")
  endforeach()
  # Part of the ABI, see tools/standalone.cmake.
  if(FL_NATIVE)
    string(APPEND cflags " -march=native")
  endif()
  if(FL_ASSERTS)
    string(APPEND cflags " -UNDEBUG -DNS3_ASSERT_ENABLE -D_GLIBCXX_ASSERTIONS")
  endif()
  set(libs)
  if(FL_SANITIZE)
    string(APPEND cflags " -fsanitize=address,undefined")
    set(libs "-fsanitize=address,undefined ")
  endif()
  set(${prefix}_cflags "${cflags}" PARENT_SCOPE)
  set(${prefix}_libs "${libs}" PARENT_SCOPE)
endfunction()

# Writes NAME.pc from its template, and installs it.
function(fl_install_pkg_config name)
  # From where the file is to the prefix, so that the installed tree may be moved.
  file(RELATIVE_PATH FL_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" FL_PC_UP "${FL_PC_UP}")
  configure_file(${PROJECT_SOURCE_DIR}/tools/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# fl_install(HEADER_FILES ... OPT_HEADER_FILES ...) - headers, both libraries, a CMake package and files for pkg-config.
# HEADER_FILES has the others, too.
function(fl_install)
  cmake_parse_arguments(INSTALL "" "" "HEADER_FILES;OPT_HEADER_FILES" ${ARGN})
  set_target_properties(fl fl-opt PROPERTIES VERSION ${FL_VERSION} SOVERSION ${FL_VERSION} INSTALL_RPATH "$ORIGIN")
  # They are included as "ns3/name.h", as those of ns-3's own modules.
  install(FILES ${INSTALL_HEADER_FILES} ${PROJECT_BINARY_DIR}/include/ns3/fl-module.h
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ns3)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/fl)
  # Two files: who asks for the solvers alone needs no ns-3.
  foreach(part opt fl)
    set(targets fl-opt fl-options)
    if(part STREQUAL "fl")
      set(targets fl installed-ns3)
    endif()
    install(TARGETS ${targets} EXPORT fl-${part}-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT fl-${part}-targets NAMESPACE fl:: DESTINATION ${package})
    export(EXPORT fl-${part}-targets NAMESPACE fl:: FILE ${PROJECT_BINARY_DIR}/fl-${part}-targets.cmake)
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/tools/fl-config.cmake.in ${PROJECT_BINARY_DIR}/fl-config.cmake @ONLY)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/fl-config-version.cmake VERSION ${FL_VERSION}
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/fl-config.cmake ${PROJECT_BINARY_DIR}/fl-config-version.cmake DESTINATION ${package})

  fl_pkg_config_flags(FL_PC)
  # Debian's .pc files of ns-3 name libraries that need not be installed, so they are not required but written out.
  set(FL_PC_NS3_libs)
  foreach(library ${NS3_LINK_LIBRARIES})
    string(APPEND FL_PC_NS3_libs " ${library}")
  endforeach()
  set(FL_PC_NS3_cflags)
  if(FL_NS3_LOG)
    string(APPEND FL_PC_NS3_cflags " -DNS3_LOG_ENABLE")
  endif()
  foreach(dir ${ns3_include_dirs})
    string(APPEND FL_PC_NS3_cflags " -isystem ${dir}")
  endforeach()
  fl_install_pkg_config(fl)
  fl_install_pkg_config(fl-opt)
endfunction()
