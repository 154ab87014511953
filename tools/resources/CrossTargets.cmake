# Which architectures beside the host's models can be linked for.
set(BITNET_CROSS_TARGETS "auto" CACHE STRING
  "Architectures to link models for beside the host's: aarch64, riscv64; auto: those whose libraries are here")
set(BITNET_PCRE2_SOURCE "${CMAKE_BINARY_DIR}/sources/pcre2" CACHE PATH
  "Unpacked source of PCRE2 for cross targets (tools/bootstrap.sh fetches it)")
set(bitnet_known_cross_targets aarch64 riscv64)

# bitnet_file_of(out name triple): the path of a start file or library of the
# C++ compiler for `triple` (empty: the host), or `name` itself without one.
function(bitnet_file_of out name triple)
  set(command ${CMAKE_CXX_COMPILER})
  if(triple)
    list(APPEND command "--target=${triple}")
  endif()
  execute_process(COMMAND ${command} -print-file-name=${name}
    OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${out} "${path}" PARENT_SCOPE)
endfunction()

# What is missing to link for `architecture`; empty if nothing.
function(bitnet_why_no_cross_target out architecture)
  set(${out} "" PARENT_SCOPE)
  bitnet_file_of(libc libc.so.6 "${architecture}-linux-gnu")
  bitnet_file_of(libstdcxx libstdc++.a "${architecture}-linux-gnu")
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(${out} "the C++ compiler is ${CMAKE_CXX_COMPILER_ID}, expected Clang" PARENT_SCOPE)
  elseif(NOT IS_ABSOLUTE "${libc}" OR NOT IS_ABSOLUTE "${libstdcxx}")
    set(${out} "no C and C++ library for it, expected those of Debian's g++-${architecture}-linux-gnu" PARENT_SCOPE)
  elseif(NOT EXISTS "${BITNET_PCRE2_SOURCE}/src/pcre2_compile.c")
    set(${out} "no source of PCRE2 in ${BITNET_PCRE2_SOURCE}" PARENT_SCOPE)
  endif()
endfunction()

# The architectures to build for. One that was asked for by name and cannot be
# had is an error.
function(bitnet_choose_cross_targets out host)
  set(asked ${BITNET_CROSS_TARGETS})
  if(asked STREQUAL "auto")
    set(asked ${bitnet_known_cross_targets})
    list(REMOVE_ITEM asked "${host}")
  endif()
  set(chosen)
  foreach(architecture ${asked})
    if(NOT architecture IN_LIST bitnet_known_cross_targets)
      message(FATAL_ERROR "BITNET_CROSS_TARGETS has '${architecture}', expected auto or a list of ${bitnet_known_cross_targets}")
    endif()
    bitnet_why_no_cross_target(reason "${architecture}")
    if(NOT reason)
      list(APPEND chosen "${architecture}")
    elseif(BITNET_CROSS_TARGETS STREQUAL "auto")
      message(STATUS "Models cannot be linked for ${architecture}: ${reason}")
    else()
      message(FATAL_ERROR "cannot build for ${architecture} of BITNET_CROSS_TARGETS: ${reason}")
    endif()
  endforeach()
  set(${out} "${chosen}" PARENT_SCOPE)
endfunction()
