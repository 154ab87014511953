"""Writes the models of this folder that generate text, or attend without a past.

usage: make_session_forms.py [NAME...]

As make_forms.py, whose pieces it uses. Models that generate have greedy.json, too: prompts, and the tokens that follow
where ONNX Runtime steps the graph, up to the first one whose lead over the second likeliest is small.
"""

import json
import os
import sys

import numpy as np
from onnx import TensorProto as T
import onnxruntime

import make_forms
from make_forms import Graph, normal, trits

WIDTH, HEADS, GROUPS, SIZE, WORDS, LAYERS = 32, 4, 2, 8, 48, 2
ELEMENTS = {T.FLOAT: np.float32, T.FLOAT16: np.float16}


class Decoder:
    """A graph of two layers with rotary embeddings, grouped keys and caches; names[...] are those of the axes."""

    def __init__(self, elem=T.FLOAT, names=("batch", "seq", "past"), positions=False, softcap=0.0, logit_cap=0.0,
                 last="no", cache="separate", opset=20, longer=0, mean=False):
        self.g, self.elem, self.dtype = Graph(opset), elem, ELEMENTS[elem]
        self.names, self.softcap, self.logit_cap, self.last, self.cache = names, softcap, logit_cap, last, cache
        self.mean = mean
        g = self.g
        batch, seq, past = names
        self.ids = g.input("ids", [batch, seq], T.INT64)
        shape = [batch, GROUPS, past, SIZE]
        if cache == "stacked":
            whole = g.input("past", [LAYERS, 2] + shape, elem)
            self.pasts = [[self.place(whole, layer, kind) for kind in range(2)] for layer in range(LAYERS)]
        elif cache == "layers":
            self.pasts = [self.halves(g.input(f"past.{layer}", [2] + shape, elem)) for layer in range(LAYERS)]
        else:
            self.pasts = [[g.input(f"past.{layer}.{kind}", shape, elem) for kind in ("key", "value")] for layer in range(LAYERS)]
        length = g.op("Shape", self.pasts[0][0], start=2, end=3)
        seq_length = g.op("Shape", self.ids, start=1, end=2)
        total = g.op("Add", length, seq_length)
        scalar = lambda x: g.op("Squeeze", x, self.ints(0))
        keys = g.op("Range", self.integer(0), scalar(total), self.integer(1))
        queries = g.op("Range", scalar(length), scalar(total), self.integer(1))
        keep = g.op("LessOrEqual", g.op("Unsqueeze", keys, self.ints(0)), g.op("Unsqueeze", queries, self.ints(1)))
        low = -65504 if elem == T.FLOAT16 else np.finfo(np.float32).min
        self.mask = g.op("Where", keep, self.const(0), self.const(low))
        at = g.input("positions", [batch, seq], T.INT64) if positions else g.op("Unsqueeze", queries, self.ints(0))
        frequencies = g.const(0.5 ** np.arange(SIZE // 2))
        if longer:
            is_long = g.op("Greater", scalar(total), self.integer(longer))
            frequencies = g.op("Where", is_long, g.const(0.25 ** np.arange(SIZE // 2)), frequencies)
        angles = g.op("Mul", g.op("Cast", g.op("Unsqueeze", at, self.ints(2)), to=T.FLOAT), frequencies)
        angles = g.op("Concat", angles, angles, axis=-1)
        self.cos, self.sin = (g.op("Unsqueeze", self.narrow(g.op(kind, angles)), self.ints(1)) for kind in ("Cos", "Sin"))
        self.presents = []

    def const(self, value):
        return self.g.const(value, self.dtype)

    def ints(self, *values):
        return self.g.const(list(values), np.int64)

    def integer(self, value):
        return self.g.const(value, np.int64)

    def narrow(self, x):
        return x if self.elem == T.FLOAT else self.g.op("Cast", x, to=self.elem)

    def wide(self, x):
        return x if self.elem == T.FLOAT else self.g.op("Cast", x, to=T.FLOAT)

    def place(self, stack, layer, kind):
        """One cache of [layers, 2, ...]."""
        layer = self.g.op("Gather", stack, self.integer(layer), axis=0)
        return self.g.op("Gather", layer, self.integer(kind), axis=0)

    def halves(self, pair):
        """Keys and values of [2, ...]."""
        return [self.g.op("Squeeze", half, self.ints(0)) for half in self.g.op("Split", pair, outputs=2, axis=0, num_outputs=2)]

    def linear(self, x, n, k):
        """The quantiser works in f32, as in transformers."""
        q = self.narrow(self.g.fake_quantize(self.wide(x)))
        return self.g.op("Mul", self.g.op("MatMul", q, self.const(trits(k, n))), self.const([0.25]))

    def norm(self, x):
        g, wide = self.g, self.wide(x)
        square = g.op("ReduceMean", g.op("Pow", wide, g.const(2)), self.ints(-1), keepdims=1)
        y = g.op("Mul", wide, g.op("Reciprocal", g.op("Sqrt", g.op("Add", square, g.const(1e-5)))))
        return g.op("Mul", self.const(1 + 0.1 * normal(WIDTH)), self.narrow(y))

    def split(self, y, count):
        y = self.g.op("Reshape", y, self.ints(0, 0, count, SIZE))
        return self.g.op("Transpose", y, perm=[0, 2, 1, 3])

    def rotate(self, x):
        g = self.g
        first = g.op("Slice", x, self.ints(0), self.ints(SIZE // 2), self.ints(3))
        second = g.op("Slice", x, self.ints(SIZE // 2), self.ints(SIZE), self.ints(3))
        turned = g.op("Concat", g.op("Neg", second), first, axis=-1)
        return g.op("Add", g.op("Mul", x, self.cos), g.op("Mul", turned, self.sin))

    def repeat(self, x):
        g = self.g
        x = g.op("Expand", g.op("Unsqueeze", x, self.ints(2)), self.ints(1, 1, HEADS // GROUPS, 1, 1))
        return g.op("Reshape", x, self.ints(0, HEADS, -1, SIZE))

    def cap(self, x, limit):
        limit = self.const(limit)
        return self.g.op("Mul", self.g.op("Tanh", self.g.op("Div", x, limit)), limit)

    def attend(self, layer, x):
        g = self.g
        q = self.rotate(self.split(self.linear(x, WIDTH, WIDTH), HEADS))
        fresh = [self.rotate(self.split(self.linear(x, GROUPS * SIZE, WIDTH), GROUPS)), self.split(self.linear(x, GROUPS * SIZE, WIDTH), GROUPS)]
        k, v = (g.op("Concat", past, new, axis=2) for past, new in zip(self.pasts[layer], fresh))
        self.presents.append(fresh if self.cache == "delta" else [k, v])
        scores = g.op("MatMul", q, g.op("Transpose", self.repeat(k), perm=[0, 1, 3, 2]))
        scores = g.op("Mul", scores, self.const(SIZE**-0.5))
        if self.softcap:
            scores = self.cap(scores, self.softcap)
        weights = self.narrow(g.op("Softmax", self.wide(g.op("Add", scores, self.mask)), axis=-1))
        y = g.op("Transpose", g.op("MatMul", weights, self.repeat(v)), perm=[0, 2, 1, 3])
        return self.linear(g.op("Reshape", y, self.ints(0, 0, WIDTH)), WIDTH, WIDTH)

    def mlp(self, x):
        gate, up = self.linear(x, 48, WIDTH), self.linear(x, 48, WIDTH)
        gate = self.g.op("Mul", gate, self.g.op("Sigmoid", gate))
        return self.linear(self.g.op("Mul", gate, up), WIDTH, 48)

    def finish(self):
        g = self.g
        batch, seq, past = self.names
        table = self.const(normal(WORDS, WIDTH))
        h = g.op("Gather", table, self.ids)
        if self.mean:
            h = g.op("Add", h, g.op("ReduceMean", h, self.ints(1), keepdims=1))
        for layer in range(LAYERS):
            h = g.op("Add", h, self.attend(layer, self.norm(h)))
            h = g.op("Add", h, self.mlp(self.norm(h)))
        if self.last in CHOICES:
            h = CHOICES[self.last](self, h)
        logits = g.op("MatMul", self.norm(h), self.const(normal(WIDTH, WORDS)))
        if self.logit_cap:
            logits = self.cap(logits, self.logit_cap)
        if self.last == "after":
            logits = g.op("Slice", logits, self.ints(-1), self.ints(2**62), self.ints(1))
            logits = g.op("Squeeze", logits, self.ints(1))
        if self.last == "size":
            logits = choose_by_size(self, logits)
        if self.last == "flat":
            logits = g.op("Reshape", logits, self.ints(-1, WORDS))
        rows = [None] if self.last.startswith("flat") else [batch, seq] if self.last == "no" else [batch]
        g.output("logits", logits, [*rows, WORDS], self.elem)
        present = [batch, GROUPS, None, SIZE]
        if self.cache == "stacked":
            stack = [g.op("Concat", *(g.op("Unsqueeze", x, self.ints(0)) for x in pair), axis=0) for pair in self.presents]
            stack = g.op("Concat", *(g.op("Unsqueeze", x, self.ints(0)) for x in stack), axis=0)
            g.output("present", stack, [LAYERS, 2] + present, self.elem)
        elif self.cache == "layers":
            for layer, pair in enumerate(self.presents):
                stack = g.op("Concat", *(g.op("Unsqueeze", x, self.ints(0)) for x in pair), axis=0)
                g.output(f"present.{layer}", stack, [2] + present, self.elem)
        else:
            for layer, pair in enumerate(self.presents):
                for kind, value in zip(("key", "value"), pair):
                    g.output(f"present.{layer}.{kind}", value, present, self.elem)
        return g.model()

    def feed(self, ids, past_length=0, pasts=None):
        ids = np.asarray(ids, np.int64)
        feeds = {"ids": ids}
        if any(value.name == "positions" for value in self.g.inputs):
            feeds["positions"] = np.tile(np.arange(past_length, past_length + ids.shape[1]), (ids.shape[0], 1))
        shape = (ids.shape[0], GROUPS, past_length, SIZE)
        for value in self.g.inputs:
            if value.name.startswith("past"):
                full = {"stacked": (LAYERS, 2), "layers": (2,)}.get(self.cache, ()) + shape
                feeds[value.name] = pasts[value.name] if pasts else normal(*full).astype(self.dtype)
        return feeds

    def feeds(self):
        words = lambda *shape: make_forms.RNG.integers(0, WORDS, shape)
        return [self.feed(words(2, 3), 4), self.feed(words(1, 1), 5), self.feed(words(1, 4), 0)]

    def grow(self, feeds, outputs):
        """The pasts behind a step."""
        def after(name):
            new = outputs[name.replace("past", "present")]
            return np.concatenate([feeds[name], new], 2) if self.cache == "delta" else new
        return {name: after(name) for name in feeds if name.startswith("past")}

    def generate(self, session, prompt, count):
        """The likeliest tokens behind `prompt`, as long as they lead clearly."""
        names = [output.name for output in session.get_outputs()]
        tokens, ids, length, pasts = [], prompt, 0, None
        while len(tokens) < count:
            feeds = self.feed([ids], length, pasts)
            outputs = dict(zip(names, session.run(names, feeds)))
            logits = outputs["logits"].reshape(-1, WORDS)[-1].astype(np.float32)
            second, first = np.sort(logits)[-2:]
            if first - second < 0.03 * np.abs(logits).max():
                break
            tokens.append(int(logits.argmax()))
            pasts, length = self.grow(feeds, outputs), length + len(ids)
            ids = tokens[-1:]
        return tokens


def last_number(decoder):
    """seq - 1, as the graph computes it."""
    g = decoder.g
    return g.op("Sub", g.op("Shape", decoder.ids, start=1, end=2), decoder.ints(1))


def choose_by_size(decoder, logits):
    """The row of number seq - 1."""
    return decoder.g.op("Gather", logits, decoder.g.op("Squeeze", last_number(decoder), decoder.ints(0)), axis=1)


def choose_by_split(decoder, h):
    """The last of two parts, seq - 1 positions and one."""
    g = decoder.g
    sizes = g.op("Concat", last_number(decoder), decoder.ints(1), axis=0)
    return g.op("Squeeze", g.op("Split", h, sizes, outputs=2, axis=1)[1], decoder.ints(1))


def choose_by_pairs(decoder, h):
    """h[arange(batch), seq - 1]: GatherND by pairs of a batch entry and a position."""
    g = decoder.g
    batch = g.op("Shape", decoder.ids, start=0, end=1)
    entries = g.op("Range", decoder.integer(0), g.op("Squeeze", batch, decoder.ints(0)), decoder.integer(1))
    column = g.op("Concat", batch, decoder.ints(1), axis=0)
    last = g.op("Expand", g.op("Unsqueeze", last_number(decoder), decoder.ints(0)), column)
    return g.op("GatherND", h, g.op("Concat", g.op("Unsqueeze", entries, decoder.ints(1)), last, axis=1))


def flatten(decoder, h):
    """All positions of all texts, one after another."""
    return decoder.g.op("Reshape", h, decoder.ints(-1, WIDTH))


CHOICES = {"before": lambda decoder, h: decoder.g.op("Gather", h, decoder.integer(-1), axis=1), "split": choose_by_split,
           "pairs": choose_by_pairs, "flat_hidden": flatten}


def decoder_f16():
    """A decoder in f16: tables, rotary embedding, attention, caches and logits; quantisers and norms in f32."""
    return Decoder(T.FLOAT16)


def decoder_softcap():
    """Scores and logits within a cap, c * tanh(x / c)."""
    return Decoder(softcap=2.0, logit_cap=6.0)


def decoder_last_logits():
    """Logits of the last position alone, chosen behind the head."""
    return Decoder(last="after")


def decoder_last_hidden():
    """Logits of the last position alone, chosen before the norm and the head; positions are an input."""
    return Decoder(last="before", positions=True)


def decoder_last_by_size():
    """The last position has the number seq - 1."""
    return Decoder(last="size")


def decoder_last_by_split():
    """The last position is the last part of a Split."""
    return Decoder(last="split")


def decoder_last_by_pairs():
    """The last position is gathered for each batch entry, by GatherND."""
    return Decoder(last="pairs")


def decoder_flat_logits():
    """Logits of all positions as rows, [batch * seq, vocabulary]."""
    return Decoder(last="flat")


def decoder_flat_hidden():
    """The same, listed before the norm and the head."""
    return Decoder(last="flat_hidden")


def decoder_unnamed():
    """No axis has a name."""
    return Decoder(names=(None, None, None), positions=True)


def decoder_long_tables():
    """Other frequencies where the text is longer than 140 tokens: what a token is depends on how many there are."""
    return Decoder(longer=140)


def decoder_token_mean():
    """The mean of all tokens of a run is added to each."""
    return Decoder(mean=True)


def decoder_delta_caches():
    """Results hold the new keys and values alone."""
    return Decoder(cache="delta")


def decoder_stacked_caches():
    """All keys and values in one tensor of [layers, 2, batch, heads, past, dim]."""
    return Decoder(cache="stacked")


def decoder_layer_caches():
    """Keys and values of each layer in one tensor of [2, batch, heads, past, dim], taken by Split."""
    return Decoder(cache="layers")


def encoder(mask_of, scale_of):
    """Two layers of bidirectional attention with biases, a padding mask and no past."""
    g = Graph()
    ids, mask = g.input("ids", ["batch", "seq"], T.INT64), g.input("mask", ["batch", "seq"], T.INT64)
    axes = lambda *values: g.const(list(values), np.int64)
    h = g.op("Gather", g.const(normal(WORDS, WIDTH)), ids)

    def linear(x, n, k):
        return g.op("Add", g.linear(x, n, k), g.const(0.1 * normal(n)))

    for layer in range(LAYERS):
        q, k, v = (g.op("Reshape", linear(h, WIDTH, WIDTH), axes(0, 0, HEADS, SIZE)) for _ in range(3))
        q, v = (g.op("Transpose", x, perm=[0, 2, 1, 3]) for x in (q, v))
        scores = scale_of(g, layer, q, g.op("Transpose", k, perm=[0, 2, 3, 1]))
        weights = g.op("Softmax", mask_of(g, layer, scores, g.op("Unsqueeze", mask, axes(1, 2))), axis=-1)
        y = g.op("Transpose", g.op("MatMul", weights, v), perm=[0, 2, 1, 3])
        y = linear(g.op("Reshape", y, axes(0, 0, WIDTH)), WIDTH, WIDTH)
        h = g.op("LayerNormalization", g.op("Add", h, y), g.const(1 + 0.1 * normal(WIDTH)), g.const(0.1 * normal(WIDTH)), axis=-1)
        up = g.op("Gelu", linear(h, 48, WIDTH))
        h = g.op("LayerNormalization", g.op("Add", h, linear(up, WIDTH, 48)), g.const(1 + 0.1 * normal(WIDTH)), g.const(0.1 * normal(WIDTH)), axis=-1)
    g.output("y", h, ["batch", "seq", WIDTH])
    words = lambda *shape: make_forms.RNG.integers(0, WORDS, shape)
    padded = np.array([[1, 1, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0]], np.int64)
    return g.model(), [{"ids": words(2, 6), "mask": padded}, {"ids": words(1, 1), "mask": np.ones((1, 1), np.int64)}]


def encoder_padding():
    """An encoder whose padding is added: (1 - mask) * lowest, and 0 or -10000; scores divided, and q and k scaled by roots."""

    def scale(g, layer, q, k):
        if layer == 0:
            return g.op("Div", g.op("MatMul", q, k), g.const(SIZE**0.5))
        root = g.const(SIZE**-0.25)
        return g.op("MatMul", g.op("Mul", q, root), g.op("Mul", k, root))

    def mask(g, layer, scores, keep):
        hide = g.op("Sub", g.const(1), g.op("Cast", keep, to=T.FLOAT))
        return g.op("Add", scores, g.op("Mul", hide, g.const(-1e4 if layer else np.finfo(np.float32).min)))

    return encoder(mask, scale)


def encoder_bool_padding():
    """An encoder whose padding is replaced: Where(mask expanded to [batch, 1, seq, seq], scores, -infinity or lowest)."""

    def scale(g, layer, q, k):
        return g.op("Mul", g.const(SIZE**-0.5), g.op("MatMul", q, k))

    def mask(g, layer, scores, keep):
        keep = g.op("Cast", keep, to=T.BOOL)
        if layer == 0:
            return g.op("Where", keep, scores, g.const(-np.inf))
        sizes = g.op("Shape", scores)
        square = g.op("Concat", g.op("Slice", sizes, g.const([0], np.int64), g.const([1], np.int64)), g.const([1], np.int64),
                      g.op("Slice", sizes, g.const([2], np.int64), g.const([4], np.int64)), axis=0)
        hidden = g.op("Not", g.op("Expand", keep, square))
        return g.op("Where", hidden, g.const(np.finfo(np.float32).min), scores)

    return encoder(mask, scale)


FORMS = [encoder_padding, encoder_bool_padding, decoder_f16, decoder_softcap, decoder_last_logits, decoder_last_hidden, decoder_last_by_size, decoder_last_by_split,
         decoder_last_by_pairs, decoder_flat_logits, decoder_flat_hidden, decoder_unnamed, decoder_delta_caches, decoder_stacked_caches,
         decoder_layer_caches]
# Prompts of these are longer than what a session would run at once.
LONG_FORMS = [decoder_long_tables, decoder_token_mean]


def write(form):
    make_forms.RNG = np.random.default_rng(7)
    directory = os.path.join(make_forms.HERE, form.__name__)
    decoder = form()
    if isinstance(decoder, tuple):
        make_forms.write(directory, *decoder)
        return
    model = decoder.finish()
    feeds, length = decoder.feeds(), 5
    if form in LONG_FORMS:
        length = 150
        feeds.append(decoder.feed(make_forms.RNG.integers(0, WORDS, (1, length)), 0))
    session = make_forms.write(directory, model, feeds)
    texts = []
    while len(texts) < 3 or sum(len(text["tokens"]) for text in texts) < 12:
        prompt = make_forms.RNG.integers(0, WORDS, length).tolist()
        texts.append({"prompt": prompt, "tokens": decoder.generate(session, prompt, 12)})
    with open(os.path.join(directory, "greedy.json"), "w") as file:
        json.dump([text for text in texts if text["tokens"]], file)
        file.write("\n")


if __name__ == "__main__":
    for form in FORMS + LONG_FORMS:
        if not sys.argv[1:] or form.__name__ in sys.argv[1:]:
            write(form)
