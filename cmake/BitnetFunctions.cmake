# cmake/pch.h, compiled once for each build folder: it names its header by an
# absolute path, so a cache must not hand it to another checkout.
function(bitnet_add_pch)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    return()
  endif()
  file(RELATIVE_PATH source "${CMAKE_BINARY_DIR}" "${PROJECT_SOURCE_DIR}/cmake/pch.h")
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${BITNET_SANITIZE_FLAGS}")
  add_custom_command(
    OUTPUT "${CMAKE_BINARY_DIR}/pch/pch.h.pch"
    COMMAND ${CMAKE_COMMAND} -E make_directory pch
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -isystem ${LLVM_INCLUDE_DIRS}
            -fPIC -std=c++17 -fno-exceptions -Xclang -fno-pch-timestamp
            -x c++-header -c ${source} -o pch/pch.h.pch
    DEPENDS "${PROJECT_SOURCE_DIR}/cmake/pch.h"
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}" VERBATIM)
  add_custom_target(BitnetPch DEPENDS "${CMAKE_BINARY_DIR}/pch/pch.h.pch")
  add_dependencies(bitnet-headers BitnetPch)
endfunction()

# bitnet_use_pch(TARGET): its sources see cmake/pch.h. Files with the property
# BITNET_HOT are compiled for speed instead, without it.
function(bitnet_use_pch target)
  if(NOT TARGET BitnetPch)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    get_source_file_property(hot ${source} BITNET_HOT)
    if(hot)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O3 -Wno-pass-failed)
    else()
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -include-pch pch/pch.h.pch)
      set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS "${CMAKE_BINARY_DIR}/pch/pch.h.pch")
    endif()
  endforeach()
endfunction()

# bitnet_add_library(NAME SOURCES... [DEPENDS tablegen-targets...] [LINK libs...])
# One compiler folder, one static library. Sources are relative to the folder.
function(bitnet_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  bitnet_use_pch(${name})
  add_dependencies(${name} bitnet-headers ${ARG_DEPENDS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
endfunction()

# bitnet_add_dialect_tablegen(Name mnemonic): the generated code of
# dialects/Name/IR/NameOps.td (with NameDialect.td, NameTypes, NameAttrs, NameEnums) and the dialect's reference
# page. Files land beside the folder in the build tree: include
# "dialects/Name/IR/NameOps.h.inc".
function(bitnet_add_dialect_tablegen name mnemonic)
  set(LLVM_TARGET_DEFINITIONS ${name}Ops.td)
  mlir_tablegen(${name}Ops.h.inc -gen-op-decls -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Ops.cpp.inc -gen-op-defs -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Dialect.h.inc -gen-dialect-decls -dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Dialect.cpp.inc -gen-dialect-defs -dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Types.h.inc -gen-typedef-decls -typedefs-dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Types.cpp.inc -gen-typedef-defs -typedefs-dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Attrs.h.inc -gen-attrdef-decls -attrdefs-dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Attrs.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Enums.h.inc -gen-enum-decls -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}Enums.cpp.inc -gen-enum-defs -I${PROJECT_SOURCE_DIR})
  mlir_tablegen(${name}.md -gen-dialect-doc -dialect=${mnemonic} -I${PROJECT_SOURCE_DIR})
  add_public_tablegen_target(Bitnet${name}IncGen)
  add_dependencies(bitnet-headers Bitnet${name}IncGen)
endfunction()

# bitnet_add_pass_tablegen(NAME): Passes.h.inc of this folder's Passes.td,
# registration function register<NAME>Passes().
function(bitnet_add_pass_tablegen name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name} -I${PROJECT_SOURCE_DIR})
  add_public_tablegen_target(Bitnet${name}PassesIncGen)
  add_dependencies(bitnet-headers Bitnet${name}PassesIncGen)
endfunction()

# Everything that tablegen makes: every library waits for all of it, so that no
# include can race with its generation.
add_custom_target(bitnet-headers)
bitnet_add_pch()

# `ninja bitnet-docs` writes the reference pages of docs/dialects/reference from
# ODS; a test holds them up to date.
add_custom_target(bitnet-docs)
function(bitnet_add_dialect_doc name mnemonic)
  add_custom_target(bitnet-docs-${mnemonic}
    COMMAND ${CMAKE_COMMAND} -E copy
      ${CMAKE_BINARY_DIR}/dialects/${name}/IR/${name}.md
      ${PROJECT_SOURCE_DIR}/docs/dialects/reference/${mnemonic}.md
    DEPENDS Bitnet${name}IncGen)
  add_dependencies(bitnet-docs bitnet-docs-${mnemonic})
endfunction()

# find_package(BitnetMLIR), for this build tree and for an installed one.
function(bitnet_write_package)
  string(REPLACE " " ";" BITNET_SANITIZE_FLAGS_LIST "${BITNET_SANITIZE_FLAGS}")
  set(MLIR_PACKAGE_VERSION 22.1)
  set(package_includes "\"${PROJECT_SOURCE_DIR}\" \"${PROJECT_BINARY_DIR}\" \"${PROJECT_SOURCE_DIR}/runtime/include\"")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/BitnetMLIRConfig.cmake.in"
    "${CMAKE_BINARY_DIR}/lib/cmake/BitnetMLIR/BitnetMLIRConfig.cmake" @ONLY)
  set(package_includes "\"\${BitnetMLIR_ROOT}/include/bitnet-mlir\" \"\${BitnetMLIR_ROOT}/include\"")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/BitnetMLIRConfig.cmake.in"
    "${CMAKE_BINARY_DIR}/installed/BitnetMLIRConfig.cmake" @ONLY)
endfunction()

# bitnet_add_install(): `cmake --install build --prefix DIR` writes the tools,
# what models are linked with, the runtime's interface and what plug-ins need.
function(bitnet_add_install)
  install(TARGETS bitnet-opt bitnet-run RUNTIME DESTINATION bin)
  install(DIRECTORY "${CMAKE_BINARY_DIR}/lib/bitnet" DESTINATION lib USE_SOURCE_PERMISSIONS)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/runtime/include/bitnet" DESTINATION include)
  foreach(tree "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
    install(DIRECTORY "${tree}/compiler" "${tree}/dialects" DESTINATION include/bitnet-mlir
      FILES_MATCHING PATTERN "*.h" PATTERN "*.h.inc" PATTERN "CMakeFiles" EXCLUDE)
  endforeach()
  install(FILES "${CMAKE_BINARY_DIR}/installed/BitnetMLIRConfig.cmake" DESTINATION lib/cmake/BitnetMLIR)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION share/doc/bitnet-mlir)
endfunction()
