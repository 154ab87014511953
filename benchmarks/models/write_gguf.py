#!/usr/bin/env python3
"""Writes the same decoders as F16 GGUF files for llama.cpp and programs that come from it.

usage: write_gguf.py --shape=2b-4t -o FILE.gguf [--layers=N] [--vocab=N]

The architecture is `bitnet`: SwiGLU whatever the shape's activation is, which costs the same. Ternary types are made
from the F16 file by the quantiser of the program that is measured. Needs the packages gguf and numpy.
"""

import argparse
import dataclasses
import time

import gguf
import numpy as np

import weights
from shapes import SHAPES

LINEARS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
           "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
           "mlp.down_proj": "ffn_down"}


def add_vocabulary(writer, count):
    """Tokens of no meaning, but bytes among them, as loaders look for a line feed."""
    kinds, special, byte = gguf.TokenType, ("<unk>", "<s>", "</s>"), 256
    tokens = list(special) + [f"<0x{i:02X}>" for i in range(byte)]
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL] + [kinds.BYTE] * byte
    rest = max(count - len(tokens), 0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list((tokens + [f"t{i}" for i in range(rest)])[:count])
    writer.add_token_scores([-float(i) for i in range(count)])
    writer.add_token_types((types + [kinds.NORMAL] * rest)[:count])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def tensors(shape, seed):
    """(name, shape, type, function that gives chunks) of each tensor, in order."""
    f16, f32 = np.float16, np.float32
    yield ("token_embd.weight", (shape.vocab, shape.hidden), f16,
           lambda: weights.bf16_rows(seed, "model.lm_head.weight", shape.vocab, shape.hidden, shape.hidden**-0.5))
    norms = {"input_layernorm": ("attn_norm", shape.hidden), "post_attention_layernorm": ("ffn_norm", shape.hidden),
             "self_attn.attn_sub_norm": ("attn_sub_norm", shape.heads * shape.head_size),
             "mlp.ffn_sub_norm": ("ffn_sub_norm", shape.ffn)}
    for layer in range(shape.layers):
        prefix = f"model.model.layers.{layer}"
        for ours, (theirs, size) in norms.items():
            yield (f"blk.{layer}.{theirs}.weight", (size,), f32,
                   lambda n=f"{prefix}.{ours}", s=size: [weights.norm_weight(seed, n, s)])
        for ours, (n, k) in shape.linears().items():
            yield (f"blk.{layer}.{LINEARS[ours]}.weight", (n, k), f16,
                   lambda name=f"{prefix}.{ours}", n=n, k=k: (chunk.astype(f32) / weights.ternary_scale(k)
                                                             for chunk in weights.trits(seed, name, n, k)))
    yield "output_norm.weight", (shape.hidden,), f32, lambda: [weights.norm_weight(seed, "model.model.norm",
                                                                                  shape.hidden)]


def write(path, shape, seed=0):
    writer = gguf.GGUFWriter(path, "bitnet")
    writer.add_name("random")
    writer.add_block_count(shape.layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocab)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    writer.add_rope_scaling_factor(1.0)
    add_vocabulary(writer, shape.vocab)
    for name, dims, dtype, _ in tensors(shape, seed):
        writer.add_tensor_info(name, dims, np.dtype(dtype), int(np.prod(dims)) * np.dtype(dtype).itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, _, dtype, chunks in tensors(shape, seed):
        writer.write_tensor_data(np.concatenate([np.asarray(chunk, dtype) for chunk in chunks()]))
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("--layers", type=int, help="instead of the shape's")
    parser.add_argument("--vocab", type=int, help="instead of the shape's")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    overrides = {k: v for k, v in (("layers", args.layers), ("vocab", args.vocab)) if v is not None}
    start = time.perf_counter()
    write(args.output, dataclasses.replace(SHAPES[args.shape], **overrides), args.seed)
    print(f"{args.output}: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
