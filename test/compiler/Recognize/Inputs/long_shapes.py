"""Prints a graph whose sizes cost much to follow: long_shapes.py doubled|deep

doubled: the target of an Expand holds a number that is added to itself sixty times, so that a walk over both operands
takes 2^60 steps. deep: attention's query is made by a hundred thousand ops, one behind the other.
"""

import sys

ROWS, KEYS, NUMBER = "tensor<?x4x?x8xf32>", "tensor<?x2x?x8xf32>", "tensor<1xi64>"


def attend(query, keys):
    print(f"  %y = onnx.Attention {query}, {keys}, %v {{is_causal = 1 : i64}} : ({ROWS}, {ROWS}, {ROWS}) -> {ROWS}\n"
          f"  return %y : {ROWS}\n}}")


def doubled():
    print(f"func.func @main(%q: {ROWS}, %k: {KEYS}, %v: {ROWS}) -> {ROWS} {{\n"
          f"  %n0 = onnx.Shape %q {{start = 2 : i64, end = 3 : i64}} : ({ROWS}) -> {NUMBER}")
    for i in range(60):
        print(f"  %n{i + 1} = onnx.Add %n{i}, %n{i} : ({NUMBER}, {NUMBER}) -> {NUMBER}")
    for name, value in (("one", 1), ("two", 2), ("eight", 8)):
        print(f"  %{name} = onnx.Constant dense<{value}> : {NUMBER}")
    print(f"  %wide = onnx.Concat %one, %two, %two, %n60, %eight {{axis = 0 : i64}} : ({', '.join([NUMBER] * 5)}) -> tensor<5xi64>\n"
          "  %target = onnx.Constant dense<[0, 4, -1, 8]> : tensor<4xi64>\n"
          f"  %ku = onnx.Unsqueeze %k {{axes = array<i64: 2>}} : ({KEYS}) -> tensor<?x2x1x?x8xf32>\n"
          "  %ke = onnx.Expand %ku, %wide : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>\n"
          f"  %kr = onnx.Reshape %ke, %target : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> {ROWS}")
    attend("%q", "%kr")


def deep():
    print(f"func.func @main(%q0: {ROWS}, %k: {ROWS}, %v: {ROWS}) -> {ROWS} {{")
    count = 100000
    for i in range(count):
        print(f"  %q{i + 1} = onnx.Abs %q{i} : ({ROWS}) -> {ROWS}")
    attend(f"%q{count}", "%k")


{"doubled": doubled, "deep": deep}[sys.argv[1]]()
