# Toolchain, packages and flags shared by every folder.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Assertions are ours, LLVM's packages are built without: keep NDEBUG there.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
# Installed tools find LLVM's libraries where those that were built do.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

find_package(MLIR 22.1 REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG HINTS "${LLVM_CMAKE_DIR}/../lld")
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
# Link the shared libMLIR and libLLVM: a link takes 0.4 s instead of 66 s, and
# static archives must never be mixed with them.
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
                    ${PROJECT_SOURCE_DIR}/runtime/include)
add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-fcolor-diagnostics)
  add_link_options(-fuse-ld=lld)
endif()
# A compiler of models spends its time in LLVM: -O1 halves the time to build
# ours. What works through weights is compiled with -O3 (BITNET_HOT).
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG" CACHE STRING "" FORCE)
if(BITNET_SANITIZE)
  # libMLIR.so has no vptr instrumentation, hence -fno-sanitize=vptr.
  set(BITNET_SANITIZE_FLAGS "-fsanitize=${BITNET_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer")
  if(BITNET_FUZZ)
    # Coverage for libFuzzer in every file; only the fuzzers have its main.
    string(APPEND BITNET_SANITIZE_FLAGS " -fsanitize=fuzzer-no-link")
  endif()
  separate_arguments(sanitize_options UNIX_COMMAND "${BITNET_SANITIZE_FLAGS}")
  add_compile_options(${sanitize_options})
  add_link_options(-fsanitize=${BITNET_SANITIZE})
endif()
