"""Random weights of a fixed seed, made chunk by chunk, each tensor on its own stream.

The trits of a layer are the same in whatever form they are written.
"""

import zlib

import numpy as np

CHUNK_ROWS = 512


def stream(seed, name):
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def trits(seed, name, n, k):
    """i8 [rows, K] chunks of N rows in all; -1, 0 and 1 are equally likely."""
    random = stream(seed, name)
    for row in range(0, n, CHUNK_ROWS):
        yield random.integers(-1, 2, (min(CHUNK_ROWS, n - row), k), np.int8)


def ternary_scale(k):
    """What the sums of K random trits are divided by to keep the variance of the input."""
    return np.float32(np.sqrt(2 * k / 3))


def packed_rows(seed, name, n, k):
    """u8 [N/4, K], as Hugging Face packs: bits 2f, 2f+1 of row r hold trit + 1 of row f*N/4 + r."""
    if n % 4:
        raise ValueError(f"{name}: {n} rows do not pack by four")
    codes = np.zeros((n // 4, k), np.uint8)
    row = 0
    for chunk in trits(seed, name, n, k):
        for i in range(len(chunk)):
            field, target = divmod(row + i, n // 4)
            codes[target] |= (chunk[i] + 1).astype(np.uint8) << np.uint8(2 * field)
        row += len(chunk)
    yield codes


def packed_blocks(seed, name, n, k):
    """u8 [N, K/4], as MatMulNBits packs: trit + 2 of k, k+1, k+2, k+3 from the low bits up."""
    for chunk in trits(seed, name, n, k):
        codes = (chunk + 2).astype(np.uint8).reshape(len(chunk), k // 4, 4)
        yield codes[..., 0] | codes[..., 1] << 2 | codes[..., 2] << 4 | codes[..., 3] << 6


def bf16_rows(seed, name, n, k, deviation=1.0):
    """f32 [rows, K] chunks of normal values that bf16 holds exactly."""
    random = stream(seed, name)
    for row in range(0, n, CHUNK_ROWS):
        values = random.standard_normal((min(CHUNK_ROWS, n - row), k), np.float32) * np.float32(deviation)
        yield (values.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def as_bf16(chunks):
    """The upper halves of f32 chunks."""
    for chunk in chunks:
        yield (chunk.view(np.uint32) >> np.uint32(16)).astype(np.uint16)


def norm_weight(seed, name, n):
    return (1 + 0.1 * stream(seed, name).standard_normal(n)).astype(np.float32)
