"""Holds the shipped language model to golden.json.

usage: check_tinylm.py MODELS_DIR FORM CHECK [compile flags...]

FORM is onnx-packed or onnx-qat. CHECK is one of
  greedy      token ids of every prompt, up to the first position whose stored
              lead (top-1 less top-2 logit) is below 0.05
  perplexity  of heldout.txt, within 0.05 % of the stored figure
  identity    logits equal bit for bit with 1 and 2 threads, with the prompt in
              one piece and in chunks, for each strategy, with code for AVX2
              alone, and with schedules that mix strategies and tiles
  caches      perplexity with caches of f16 and i8: equal to the last digit with
              1 and 2 threads and with code for AVX2 alone, near the stored one
  device      logits of a GPU (that of --target) equal bit for bit those of the CPU:
              the prompt in one piece and in chunks, as the graph says and with the
              other flags
  head        a head of 4 bits: logits equal bit for bit and the same text with 1
              and 2 threads, with code for AVX2 alone and for no vectors beyond
              the baseline; perplexity near the stored one
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def compile_model(models, form, out, *flags):
    run("bitnet-opt", "compile", os.path.join(models, form, "model.onnx"), "--emit=lib",
        f"--tokenizer={os.path.join(models, 'tokenizer.json')}", "-o", out, *flags)
    return out


def check_greedy(models, golden, form, work, flags):
    model = compile_model(models, form, os.path.join(work, "model"), *flags)
    source = "torch_qat" if form == "onnx-qat" else "torch_packed"
    compared = 0
    for prompt in golden["prompts"]:
        want = prompt[source]["tokens"]
        leads = prompt[source].get("leads") or prompt["torch_qat"]["leads"]
        sure = next((i for i, lead in enumerate(leads) if lead < 0.05), len(want))
        text = run("bitnet-run", model, "generate", "--prompt", prompt["text"],
                   "-n", str(len(want)), "--print-token-ids", "-t", "2")
        ids = [int(word) for word in re.findall(r"\d+", text)]
        # The prompt's own ids may lead.
        if ids[: len(prompt["tokens"])] == prompt["tokens"]:
            ids = ids[len(prompt["tokens"]):]
        if ids[:sure] != want[:sure]:
            sys.exit(f"{prompt['text']!r}: tokens {ids[:sure]}, expected {want[:sure]}")
        compared += sure
    print(f"{compared} tokens of {len(golden['prompts'])} prompts equal")


def perplexity(model, models, threads):
    text = run("bitnet-run", model, "perplexity", os.path.join(models, "heldout.txt"),
               "--window", "256", "--separator", "<|doc|>", "-t", str(threads))
    found = re.search(r"perplexity\D*(\d+\.\d+)", text)
    if not found:
        sys.exit(f"no perplexity in:\n{text}")
    return float(found.group(1))


def check_caches(models, golden, form, work, flags):
    want = golden["perplexity"]["all_windows"]["torch_qat" if form == "onnx-qat" else "torch_packed"]
    for kind, tolerance in (("f16", 5e-4), ("i8", 5e-3)):
        native = compile_model(models, form, os.path.join(work, kind), f"--kv={kind}", *flags)
        narrow = compile_model(models, form, os.path.join(work, kind + "-avx2"), f"--kv={kind}",
                               "-mcpu=x86-64-v3", *flags)
        got = {perplexity(native, models, 1), perplexity(native, models, 2), perplexity(narrow, models, 2)}
        if len(got) != 1:
            sys.exit(f"{kind}: perplexities {got}, expected one")
        if abs(got.copy().pop() / want - 1) > tolerance:
            sys.exit(f"{kind}: perplexity {got}, expected {want} within {tolerance:.2%}")
        print(f"{kind}: perplexity {got.pop()}, torch {want}")


def check_perplexity(models, golden, form, work, flags):
    model = compile_model(models, form, os.path.join(work, "model"), *flags)
    source = "torch_qat" if form == "onnx-qat" else "torch_packed"
    want = golden["perplexity"]["all_windows"][source]
    got = perplexity(model, models, threads=2)
    if abs(got / want - 1) > 5e-4:
        sys.exit(f"perplexity {got}, expected {want} within 0.05 %")
    print(f"perplexity {got}, torch {want}")


def invoke(model, work, inputs, outputs, threads):
    command = ["bitnet-run", model, "invoke", "-t", str(threads)]
    for i, (name, value) in enumerate(inputs.items()):
        np.save(os.path.join(work, f"in{i}.npy"), value)
        command += ["--input", f"{name}={work}/in{i}.npy"]
    for i, name in enumerate(outputs):
        command += ["--output", f"{name}={work}/out{i}.npy"]
    run(*command)
    return {name: np.load(os.path.join(work, f"out{i}.npy")) for i, name in enumerate(outputs)}


def feed(ids, caches):
    batch, count = ids.shape
    past = next(iter(caches.values())).shape[2]
    positions = np.tile(np.arange(past, past + count, dtype=np.int64), (batch, 1))
    return {"input_ids": ids, "attention_mask": np.ones((batch, past + count), np.int64),
            "position_ids": positions, **caches}


def write_schedules(models, form, work):
    """Flags of two schedules for AVX2: every second linear masked, odd tiles."""
    model = os.path.join(models, form, "model.onnx")
    base = json.loads(run("bitnet-opt", "compile", model, "--target=x86-avx2", "--print-schedule"))
    tiles = [{"groups": 5, "min_tokens": 1, "pass_rows": 64, "row_blocks": 3}, {"tokens": 0}]
    for number, tile in enumerate(tiles):
        for i, linear in enumerate(base["linears"]):
            if i % 2 == number:
                linear.update(strategy="masked", layout="planes", rows=64, tile={})
            else:
                linear.update(strategy="lookup", layout="pairs", rows=64, tile=tile)
        path = os.path.join(work, f"schedule-{number}.json")
        with open(path, "w") as file:
            json.dump(base, file)
        yield ["--target=x86-avx2", f"--schedule={path}"]


def check_identity(models, golden, form, work, flags):
    ids = np.array([golden["prompts"][0]["tokens"] * 4], np.int64)  # 48 tokens: more than one tile
    names = [f"past_key_values.{i}.{kind}" for i in range(4) for kind in ("key", "value")]
    empty = {name: np.zeros((1, 2, 0, 32), np.float32) for name in names}
    presents = [name.replace("past_key_values", "present") for name in names]
    reference = None
    variants = [["--strategy=auto"], ["--strategy=masked"], ["--strategy=lookup"],
                ["--strategy=dot"],
                ["--strategy=auto", "-mcpu=x86-64-v3"], ["--strategy=masked", "-mcpu=x86-64-v3"],
                ["--strategy=dot", "-mcpu=x86-64-v3"],
                *write_schedules(models, form, work)]
    for number, variant in enumerate(variants):
        strategy = " ".join(variant)
        model = compile_model(models, form, os.path.join(work, f"model-{number}"), *variant, *flags)
        for threads in (1, 2):
            whole = invoke(model, work, feed(ids, empty), ["logits"], threads)["logits"]
            if reference is None:
                reference = whole
                if not np.isfinite(whole).all() or whole.std() < 0.5:
                    sys.exit(f"logits do not look like logits: deviation {whole.std()}")
            if not np.array_equal(whole.view(np.uint32), reference.view(np.uint32)):
                sys.exit(f"{strategy}, {threads} threads: logits differ")
        caches, pieces = empty, []
        for step in (ids[:, :1], ids[:, 1:2], ids[:, 2:19], ids[:, 19:20], ids[:, 20:]):
            out = invoke(model, work, feed(step, caches), ["logits"] + presents, 2)
            pieces.append(out["logits"])
            caches = {name: out[present] for name, present in zip(names, presents)}
        stepped = np.concatenate(pieces, axis=1)
        if not np.array_equal(stepped.view(np.uint32), reference.view(np.uint32)):
            where = np.argwhere(stepped != reference)
            sys.exit(f"{strategy}, in chunks: logits differ first at {where[0] if len(where) else '-0'}")
    print(f"{reference.size} logits bit-identical")


def check_device(models, golden, form, work, flags):
    ids = np.array([golden["prompts"][0]["tokens"]], np.int64)
    names = [f"past_key_values.{i}.{kind}" for i in range(4) for kind in ("key", "value")]
    empty = {name: np.zeros((1, 2, 0, 32), np.float32) for name in names}
    presents = [name.replace("past_key_values", "present") for name in names]
    gpu = [flag for flag in flags if flag.startswith("--target=")]
    flags = [flag for flag in flags if flag not in gpu]
    for number, variant in enumerate(([], flags)):
        logits = []
        for kind, target in (("cpu", []), ("device", gpu)):
            model = compile_model(models, form, os.path.join(work, f"{kind}-{number}"), *variant, *target)
            whole = invoke(model, work, feed(ids, empty), ["logits"], 2)["logits"]
            first = invoke(model, work, feed(ids[:, :7], empty), ["logits"] + presents, 2)
            caches = {name: first[present] for name, present in zip(names, presents)}
            second = invoke(model, work, feed(ids[:, 7:], caches), ["logits"], 2)
            logits.append(np.concatenate([whole, first["logits"], second["logits"]], axis=1))
        cpu, device = logits
        if not np.isfinite(cpu).all() or cpu.std() < 0.5:
            sys.exit(f"logits do not look like logits: deviation {cpu.std()}")
        if not np.array_equal(cpu.view(np.uint32), device.view(np.uint32)):
            sys.exit(f"{variant}: logits differ by up to {np.abs(cpu - device).max()}")
        print(f"{variant}: {cpu.size} logits bit-identical")


def check_head(models, golden, form, work, flags):
    ids = np.array([golden["prompts"][0]["tokens"]], np.int64)
    empty = {f"past_key_values.{i}.{kind}": np.zeros((1, 2, 0, 32), np.float32)
             for i in range(4) for kind in ("key", "value")}
    logits, texts = [], set()
    for number, variant in enumerate(([], ["-mcpu=x86-64-v3"], ["-mcpu=x86-64"])):
        model = compile_model(models, form, os.path.join(work, f"model-{number}"), "--head=i4", *variant, *flags)
        if number == 0:
            native = model
        for threads in (1, 2):
            logits.append(invoke(model, work, feed(ids, empty), ["logits"], threads)["logits"])
            texts.add(run("bitnet-run", model, "generate", "--prompt", golden["prompts"][0]["text"], "-n", "40",
                          "-t", str(threads), "--print-token-ids"))
    if any(not np.array_equal(other.view(np.uint32), logits[0].view(np.uint32)) for other in logits):
        sys.exit("logits differ")
    if len(texts) != 1 or len(re.findall(r"\d+", texts.pop())) < 40:
        sys.exit("texts differ or are short")
    want = golden["perplexity"]["all_windows"]["torch_qat" if form == "onnx-qat" else "torch_packed"]
    got = perplexity(native, models, threads=2)
    if abs(got / want - 1) > 0.02:
        sys.exit(f"perplexity {got}, expected {want} within 2 %")
    print(f"i4: {logits[0].size} logits bit-identical, perplexity {got}, torch {want}")


def main():
    models, form, check, *flags = sys.argv[1:]
    with open(os.path.join(models, "golden.json")) as file:
        golden = json.load(file)
    checks = {"greedy": check_greedy, "perplexity": check_perplexity, "identity": check_identity,
              "caches": check_caches, "device": check_device, "head": check_head}
    with tempfile.TemporaryDirectory() as work:
        checks[check](models, golden, form, work, flags)


if __name__ == "__main__":
    main()
