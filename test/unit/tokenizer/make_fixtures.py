"""Writes fixtures/: small tokenizers, and what Hugging Face's `tokenizers` makes of hard texts with them.

usage: make_fixtures.py    (needs `pip install tokenizers`; the tests only read what it wrote)

Each NAME.json is a tokenizer.json, NAME.cases.json a list of {"text", "ids", "decoded"}: ids with special tokens,
decoded without them.
"""

import json
import os
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
out = os.path.join(here, "fixtures")
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")

HARD = ["", " ", "  ", "a", "Hello, world", "  two  spaces ", "tabs\tand\nlines\r\n\r\n x", "it's we'LL I'M they'd 'tis",
        "12345 1,234.5 ½ ² Ⅷ ١٢٣", "naïve café e\u0301 ﬁ", "日本語 テスト。漢字", "한국어 텍스트", "עברית العربية", "🙂🙃👩‍👩‍👧‍👦🏳️‍🌈 ok",
        "\u00a0nbsp\u2003em\u3000ideographic\u180emvs\u200bzwsp\ufeffbom", "\u0085nel\u2028ls\u2029ps\x1fus\x0bvt\x0cff",
        "a\u0000b", "<|end_of_text|>", "x <|end_of_text|>y", "<s>hi</s> <unk>", "▁under▁score ▁", "'ſ 's K\u212a", "\U0010ffff\U00010000",
        "...!!!???\n\n\n", "   \n  \n x", "don't\u2019t", "A" * 70, "ab" * 200, "𝒳𝓎 ᵃ ⁿ ₂", "\u0300\u0301combining first",
        "[MASK] x[MASK]y [MASK]  z", "word<w>word <w> word", "tail space ", "\t\t", "a  b   c    d", "1 2  33   444    5555"]


def random_texts(seed, count):
    rng = random.Random(seed)
    ranges = [(0x20, 0x7e), (0x20, 0x7e), (0x9, 0xd), (0xa0, 0x17f), (0x300, 0x36f), (0x370, 0x3ff), (0x400, 0x4ff), (0x5d0, 0x5ea),
              (0x600, 0x6ff), (0x900, 0x97f), (0x1100, 0x11ff), (0x1680, 0x1680), (0x180e, 0x180e), (0x2000, 0x206f), (0x2070, 0x209f),
              (0x2150, 0x218f), (0x2600, 0x26ff), (0x3000, 0x303f), (0x3040, 0x30ff), (0x4e00, 0x4fff), (0xac00, 0xacff),
              (0xfb00, 0xfb06), (0xff01, 0xff5e), (0x1d400, 0x1d4ff), (0x1f300, 0x1f64f), (0x20000, 0x200ff)]
    texts = []
    for _ in range(count):
        pick = rng.sample(ranges, rng.randint(1, 5)) + [(0x20, 0x20)]
        texts.append("".join(chr(rng.randint(*rng.choice(pick))) for _ in range(rng.randint(1, 40))))
    return texts


def corpus():
    with open(os.path.join(root, "models", "tinylm", "heldout.txt"), encoding="utf-8") as file:
        return file.read().split("\n")


def added_tokens(tokenizer):
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False, special=True)])
    tokenizer.add_tokens([AddedToken("<w>", single_word=True), AddedToken("zz", rstrip=True), AddedToken("zzz")])


def shipped():
    return Tokenizer.from_file(os.path.join(root, "models", "tinylm", "tokenizer.json"))


def gpt2_like():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=400, special_tokens=["<|end_of_text|>"],
                                                        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False)])
    added_tokens(t)
    return t


def llama3_like():
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=420, special_tokens=["<|begin_of_text|>", "<|end_of_text|>"],
                                                        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<|begin_of_text|> $A <|end_of_text|>",
                                      special_tokens=[("<|begin_of_text|>", 0), ("<|end_of_text|>", 1)])])
    added_tokens(t)
    return t


def llama2(pre_tokenizer):
    """SentencePiece-like: byte fallback, spaces as U+2581, the whole text one word."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=480, special_tokens=special))
    spec = json.loads(t.to_str())
    spec["added_tokens"] = [e for e in spec["added_tokens"] if e["id"] < 3]
    for e in spec["added_tokens"]:
        e["normalized"] = e["content"] == "</s>"
    if pre_tokenizer:
        spec["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
        spec["decoder"] = {"type": "Sequence", "decoders": [
            {"type": "ByteFallback"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}]}
    else:
        spec["pre_tokenizer"] = None
        spec["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
        spec["decoder"] = {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    spec["post_processor"] = json.loads(processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]).__getstate__())
    return Tokenizer.from_str(json.dumps(spec))


def splits():
    """Every behaviour of Split, with digits; vocabulary without merges over the bytes."""
    t = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, merges=[]))
    t.normalizer = normalizers.Sequence([normalizers.Strip(left=True, right=False), normalizers.Replace(Regex("x+"), "y")])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(",", "removed"), pre_tokenizers.Split(Regex("[aeiou]"), "merged_with_previous"),
        pre_tokenizers.Split(Regex("[A-Z]"), "merged_with_next"), pre_tokenizers.Split(" ", "contiguous"),
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    return t


def main():
    os.makedirs(out, exist_ok=True)
    makers = {"shipped": shipped, "gpt2-like": gpt2_like, "llama3-like": llama3_like, "llama2-normalizer": lambda: llama2(False),
              "llama2-metaspace": lambda: llama2(True), "splits": splits}
    for seed, (name, make) in enumerate(makers.items()):
        t = make()
        if name != "shipped":
            with open(os.path.join(out, name + ".json"), "w", encoding="utf-8") as file:
                file.write(t.to_str())
        cases = []
        for text in HARD + random_texts(seed, 60):
            e = t.encode(text)
            cases.append({"text": text, "ids": e.ids, "decoded": t.decode(e.ids, skip_special_tokens=True)})
        with open(os.path.join(out, name + ".cases.json"), "w", encoding="utf-8") as file:
            file.write("[" + ",\n".join(json.dumps(c) for c in cases) + "]\n")


if __name__ == "__main__":
    main()
