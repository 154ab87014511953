// The header of a model compiles in C and in C++, without warnings.
// RUN: rm -rf %t && mkdir %t
// RUN: bitnet-opt compile %s --emit=lib -o %t/my-model
// RUN: clang-22 -std=c11 -Wall -Wextra -Werror -fsyntax-only -I %include -x c %t/my-model.h
// RUN: clang-22 -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I %include -x c++ %t/my-model.h
// RUN: bitnet-opt compile %s --emit=lib -o %t/3d
// RUN: clang-22 -std=c11 -Wall -Wextra -Werror -fsyntax-only -I %include -x c %t/3d.h
// RUN: clang-22 -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I %include -x c++ %t/3d.h

module attributes {
  bitnet.graph_inputs = [{name = "x", type = tensor<?x4xf32>, dims = ["n", ""]}],
  bitnet.graph_outputs = [{name = "y", type = tensor<?x4xf32>, dims = ["n", ""]}]} {
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<?x4xf32>
  rt.output %exec[0], %x : memref<?x4xf32>
  return
}
}
