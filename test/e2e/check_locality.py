"""Tells of each model that has sessions whether a text may be run in pieces.

usage: check_locality.py MODELS_DIR

Compiles each up to recognition, and compares what it says with VERDICTS: "pieces", "fixed" (a run takes a fixed number
of tokens) or the op that the remark names. A model that has a session is listed here, and no other.
"""

import glob
import os
import re
import subprocess
import sys

VERDICTS = {
    "forms/decoder_delta_caches": "pieces",
    "forms/decoder_f16": "pieces",
    "forms/decoder_flat_hidden": "pieces",
    "forms/decoder_flat_logits": "pieces",
    "forms/decoder_last_by_pairs": "pieces",
    "forms/decoder_last_by_size": "pieces",
    "forms/decoder_last_by_split": "pieces",
    "forms/decoder_last_hidden": "pieces",
    "forms/decoder_last_logits": "pieces",
    "forms/decoder_layer_caches": "pieces",
    "forms/decoder_long_tables": "Where",
    "forms/decoder_softcap": "pieces",
    "forms/decoder_stacked_caches": "pieces",
    "forms/decoder_token_mean": "ReduceMean",
    "forms/decoder_unnamed": "pieces",
    "forms/merged_decoder": "pieces",
    "spellings/dec_genai_fp32": "pieces",
    "spellings/dec_genai_int4_rtn": "pieces",
    "spellings/dec_hf_bf16_op23": "pieces",
    "spellings/dec_hf_decode_op20": "fixed",
    "spellings/dec_hf_decode_ortfused": "fixed",
    "spellings/dec_hf_f16_op20": "pieces",
    "spellings/dec_hf_online_truesize": "fixed",
    "spellings/dec_hf_packed_truesize": "fixed",
    "spellings/dec_llama_kv": "pieces",
    "tinylm/onnx-packed": "pieces",
    "tinylm/onnx-qat": "pieces",
}


def verdict(path):
    """None where the model has no session."""
    result = subprocess.run(["bitnet-opt", "compile", path, "--stop-after=recognize", "-v"], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{path}: exit code {result.returncode}\n{result.stderr[-2000:]}")
    has_cache = "rt.kv_cache" in result.stdout
    tokens = re.search(r'tensor<(\S+)> \{[^{}]*bitnet.role = "tokens"', result.stdout)
    if not has_cache or not tokens or 'bitnet.role = "logits"' not in result.stdout:
        return None
    remarks = re.findall(r"remark: (\S+) may make what a token becomes", result.stderr)
    if "bitnet.token_local" not in result.stdout:
        return remarks[0] if len(remarks) == 1 else f"{len(remarks)} remarks"
    if remarks:
        return "pieces, with remarks"
    return "pieces" if tokens.group(1).split("x")[1] == "?" else "fixed"


def main():
    models, found = sys.argv[1], {}
    for kind in ("forms", "spellings", "tinylm"):
        for path in sorted(glob.glob(os.path.join(models, kind, "*", "*.onnx"))):
            if said := verdict(path):
                found[f"{kind}/{os.path.basename(os.path.dirname(path))}"] = said
    for name in sorted(VERDICTS.keys() | found.keys()):
        print(f"{name}: {found.get(name)}" + ("" if found.get(name) == VERDICTS.get(name) else f", expected {VERDICTS.get(name)}"))
    if found != VERDICTS:
        sys.exit("not as listed")


if __name__ == "__main__":
    main()
