# Libraries of bitnet-run once more: without sanitizers, or for another target.

# Clang's flags for `triple`: atomics in line, since only libgcc has the others'
# functions and --emit=lib links no libgcc.
function(bitnet_use_triple target triple)
  if(NOT triple)
    return()
  endif()
  target_compile_options(${target} PRIVATE "--target=${triple}")
  if(triple MATCHES "^aarch64")
    target_compile_options(${target} PRIVATE -mno-outline-atomics)
  elseif(triple MATCHES "^riscv64")
    # Relocations for relaxing would treble bitnet-main.o.
    target_compile_options(${target} PRIVATE -mno-relax)
  endif()
endfunction()

# bitnet_add_resource_library(name of triple): the sources and properties of the
# library `of`, without sanitizers, for `triple` (empty: the host).
function(bitnet_add_resource_library name of triple)
  get_target_property(sources ${of} SOURCES)
  get_target_property(source_folder ${of} SOURCE_DIR)
  list(TRANSFORM sources PREPEND "${source_folder}/")
  add_library(${name} STATIC ${sources})
  foreach(property COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES
                   C_STANDARD C_VISIBILITY_PRESET)
    get_target_property(value ${of} ${property})
    if(value)
      set_target_properties(${name} PROPERTIES ${property} "${value}")
    endif()
  endforeach()
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(BITNET_SANITIZE)
    target_compile_options(${name} PRIVATE -fno-sanitize=all)
  endif()
  bitnet_use_triple(${name} "${triple}")
endfunction()

# bitnet_add_pcre2(name triple): PCRE2 for 8-bit text from its source, as
# Debian's libpcre2-8.a is built. Debian has none for every target, and none
# that installs beside the host's without touching it.
function(bitnet_add_pcre2 name triple)
  set(source "${BITNET_PCRE2_SOURCE}/src")
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/pcre2")
  configure_file("${source}/config.h.generic" "${generated}/config.h" COPYONLY)
  configure_file("${source}/pcre2.h.generic" "${generated}/pcre2.h" COPYONLY)
  configure_file("${source}/pcre2_chartables.c.dist" "${generated}/pcre2_chartables.c" COPYONLY)
  set(parts auto_possess compile config context error extuni find_bracket
    jit_compile match match_data newline ord2utf pattern_info script_run study
    string_utils tables ucd valid_utf xclass)
  list(TRANSFORM parts REPLACE "(.+)" "${source}/pcre2_\\1.c")
  add_library(${name} STATIC ${parts} "${generated}/pcre2_chartables.c")
  target_compile_options(${name} PRIVATE -O2 -w)
  target_compile_definitions(${name} PRIVATE HAVE_CONFIG_H PCRE2_STATIC
    PCRE2_CODE_UNIT_WIDTH=8 SUPPORT_UNICODE SUPPORT_JIT)
  target_include_directories(${name} BEFORE PUBLIC "${generated}" "${source}")
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(BITNET_SANITIZE)
    target_compile_options(${name} PRIVATE -fno-sanitize=all)
  endif()
  bitnet_use_triple(${name} "${triple}")
endfunction()

# Links bitnet-run for `triple` from bitnet-main.o: a library for that target
# needs one there.
function(bitnet_link_cross_run folder triple)
  bitnet_file_of(libc libc.so.6 "${triple}")
  bitnet_file_of(libm libm.so.6 "${triple}")
  # The loader has the functions of thread-local variables.
  cmake_path(GET libc PARENT_PATH libraries)
  file(GLOB loader "${libraries}/ld-linux-*.so.*")
  add_custom_command(OUTPUT "${folder}/bitnet-run"
    COMMAND ${CMAKE_CXX_COMPILER} "--target=${triple}" -fuse-ld=lld -nostdlib -pie
      -Wl,--eh-frame-hdr,--gc-sections,-s -o "${folder}/bitnet-run" "${folder}/crt1.o" "${folder}/bitnet-main.o"
      -Wl,--as-needed "${libc}" "${libm}" "${loader}"
    DEPENDS "${folder}/bitnet-main.o"
    COMMENT "Linking bitnet-run for ${triple}" VERBATIM)
  add_custom_target(bitnet-run-${triple} DEPENDS "${folder}/bitnet-run")
  add_dependencies(bitnet-resources bitnet-run-${triple})
endfunction()

# bitnet_add_resources(architecture triple pcre2): the folder of one
# architecture; `triple` is empty for the host, `pcre2` an archive or target.
function(bitnet_add_resources architecture triple pcre2)
  set(folder "${CMAKE_BINARY_DIR}/lib/bitnet/${architecture}")
  file(MAKE_DIRECTORY "${folder}")
  set(prefix bitnet-resource-${architecture})
  bitnet_add_resource_library(${prefix}-runtime bitnet-runtime "${triple}")
  set_target_properties(${prefix}-runtime PROPERTIES
    OUTPUT_NAME bitnet-runtime ARCHIVE_OUTPUT_DIRECTORY "${folder}")
  if(BITNET_SANITIZE OR triple)
    bitnet_add_resource_library(${prefix}-main BitnetRunMain "${triple}")
    bitnet_add_resource_library(${prefix}-tool BitnetRunTool "${triple}")
    bitnet_add_resource_library(${prefix}-tokenizer BitnetTokenizer "${triple}")
    target_include_directories(${prefix}-main PRIVATE "${PROJECT_SOURCE_DIR}/tools/bitnet-run")
    set(archives ${prefix}-main ${prefix}-tool ${prefix}-tokenizer)
  else()
    set(archives BitnetRunMain BitnetRunTool BitnetTokenizer)
  endif()
  add_library(${prefix}-dso-handle STATIC dso_handle.c)
  bitnet_use_triple(${prefix}-dso-handle "${triple}")
  list(APPEND archives ${prefix}-dso-handle ${prefix}-runtime)
  if(TARGET ${pcre2})
    target_include_directories(${prefix}-tokenizer BEFORE PRIVATE
      $<TARGET_PROPERTY:${pcre2},INTERFACE_INCLUDE_DIRECTORIES>)
    list(APPEND archives ${pcre2})
  endif()

  foreach(name Scrt1.o crti.o crtn.o libstdc++.a libgcc.a libgcc_eh.a
               libc_nonshared.a)
    bitnet_file_of(path_${name} ${name} "${triple}")
  endforeach()
  set(joined)
  foreach(archive ${archives})
    list(APPEND joined "$<TARGET_FILE:${archive}>")
  endforeach()
  if(NOT TARGET ${pcre2})
    list(APPEND joined "${pcre2}")
  endif()
  configure_file("${path_Scrt1.o}" "${folder}/crt1.o" COPYONLY)
  add_custom_command(OUTPUT "${folder}/bitnet-main.o"
    COMMAND "${LLVM_TOOLS_BINARY_DIR}/ld.lld" -r -u main -u bitnet_vulkan_driver -u bitnet_cuda_driver -o "${folder}/bitnet-main.o"
      "${path_crti.o}"
      --start-group ${joined} "${path_libstdc++.a}"
      "${path_libgcc_eh.a}" "${path_libgcc.a}" "${path_libc_nonshared.a}" --end-group
      "${path_crtn.o}"
    DEPENDS ${archives}
    COMMENT "Joining bitnet-run into one object for ${architecture}" VERBATIM)
  add_custom_target(${prefix} DEPENDS "${folder}/bitnet-main.o")
  add_dependencies(bitnet-resources ${prefix} ${prefix}-runtime)
  if(triple)
    bitnet_link_cross_run("${folder}" "${triple}")
  endif()
endfunction()
