#!/usr/bin/env python3
"""Writes a ternary decoder of a real shape with random weights as ONNX.

usage: write_onnx.py --shape=2b-4t -o DIRECTORY [--form=packed|nbits] [--embedding=f32|bf16] [--layers=N] [--vocab=N]

DIRECTORY/model.onnx and model.onnx.data. One third of the ternary weights are zeros; the embedding, tied to the
head, has values that bf16 holds. The same arguments give the same bytes. Needs numpy.
"""

import argparse
import dataclasses
import time

from decoder import FORMS, Decoder
from shapes import SHAPES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("-o", "--output", required=True, metavar="DIRECTORY")
    parser.add_argument("--form", choices=FORMS, default="packed")
    parser.add_argument("--embedding", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--layers", type=int, help="instead of the shape's")
    parser.add_argument("--vocab", type=int, help="instead of the shape's")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    overrides = {k: v for k, v in (("layers", args.layers), ("vocab", args.vocab)) if v is not None}
    shape = dataclasses.replace(SHAPES[args.shape], **overrides)
    start = time.perf_counter()
    path = Decoder(args.output, shape, args.seed, args.embedding, args.form).write()
    print(f"{path}: {shape.ternary_weights() / 1e6:.0f} million ternary weights, "
          f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
