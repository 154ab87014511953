"""Seeds of the fuzzers, from what the test suite reads.

usage: make_seeds.py OUT

Writes OUT/<fuzzer>/* : models, .mlir test cases, tokenizers and a weights file
of up to 64 KiB each.
"""

import hashlib
import os
import struct
import sys

LIMIT = 64 * 1024
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def files(folder, ending):
    for place, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith(ending):
                with open(os.path.join(place, name), "rb") as file:
                    yield file.read()


def write(out, fuzzer, seeds):
    folder = os.path.join(out, fuzzer)
    os.makedirs(folder, exist_ok=True)
    count = 0
    for seed in seeds:
        if 0 < len(seed) <= LIMIT:
            with open(os.path.join(folder, hashlib.sha256(seed).hexdigest()[:16]), "wb") as file:
                file.write(seed)
            count += 1
    if count == 0:
        sys.exit(f"make_seeds.py: error: found no seed for {fuzzer}")


def weights():
    """A weights file as runtime/include/bitnet/module.h declares it, behind the fuzzer's byte of flags."""
    data = bytes(range(256))
    head = struct.pack("<8sIIQQ32s64s", b"BITNETW\0", 1, 160, 4096, len(data), hashlib.sha256(data).digest(), b"x86_64")
    head += hashlib.sha256(head).digest()
    body = head.ljust(4096, b"\0") + data
    return [bytes([flags]) + body for flags in (0, 15, 31)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    models = list(files("models", ".onnx")) + list(files("unit", ".onnx"))
    write(out, "wire-reader-fuzzer", models)
    write(out, "import-fuzzer", models)
    cases = [c for text in list(files("dialects", ".mlir")) + list(files("compiler", ".mlir")) for c in text.split(b"// -----")]
    write(out, "mlir-fuzzer", cases)
    write(out, "tokenizer-fuzzer", files("unit/tokenizer/fixtures", ".json"))
    write(out, "weights-fuzzer", weights())


if __name__ == "__main__":
    main()
