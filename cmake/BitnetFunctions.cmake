# The precompiled MLIR headers of every compiler library: a file then compiles
# in 2 s instead of 12 s.
function(bitnet_add_pch)
  file(WRITE "${CMAKE_BINARY_DIR}/pch/pch.cpp" "")
  add_library(BitnetPch OBJECT "${CMAKE_BINARY_DIR}/pch/pch.cpp")
  target_compile_options(BitnetPch PRIVATE -fno-exceptions)
  target_precompile_headers(BitnetPch PRIVATE
    <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/PatternMatch.h>
    <mlir/IR/DialectImplementation.h> <mlir/IR/OpImplementation.h>
    <mlir/Pass/Pass.h> <mlir/Pass/PassManager.h>
    <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/MemRef/IR/MemRef.h> <mlir/Dialect/SCF/IR/SCF.h>
    <mlir/Dialect/Vector/IR/VectorOps.h> <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/Dialect/Math/IR/Math.h> <mlir/Dialect/LLVMIR/LLVMDialect.h>
    <mlir/Dialect/Linalg/IR/Linalg.h> <mlir/Transforms/DialectConversion.h>)
endfunction()

# bitnet_add_library(NAME SOURCES... [DEPENDS tablegen-targets...] [LINK libs...])
# One compiler folder, one static library. Sources are relative to the folder.
function(bitnet_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_precompile_headers(${name} REUSE_FROM BitnetPch)
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
