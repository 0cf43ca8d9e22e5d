"""Hands a model to the bidder: encodes raw feature values as the bidder does, and writes a version's folder whole.

It needs numpy, and onnxruntime to score. models/README.md tells what a version is made of; its section on the hash is
the code below, word for word. Rows are dicts of raw values by feature name: text as str, numbers as int or float; what is not
known is left out or None. Where rows are only encoded they may be what event_log.py reads, which is hashed already.
"""
import functools
import hashlib
import json
import os
import pathlib
import shutil
import struct
import tempfile
from typing import NamedTuple

import numpy as np

OUTPUT = 'p'
TOLERANCE = 1e-5
GOLDEN_ROWS = 32


def mix32(h):
    h = ((h ^ h >> 16) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ h >> 13) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ h >> 16

def murmur3_32(data):  # or mmh3.hash(data, 0, signed=False)
    h, whole = 0, len(data) // 4 * 4
    for at in range(0, len(data), 4):
        k = int.from_bytes(data[at:at + 4], 'little') * 0xCC9E2D51 & 0xFFFFFFFF
        h ^= (k << 15 | k >> 17) * 0x1B873593 & 0xFFFFFFFF
        if at < whole:
            h = ((h << 13 | h >> 19) * 5 + 0xE6546B64) & 0xFFFFFFFF
    return mix32(h ^ len(data))

def hash_text(text):  # lower() of bytes changes A to Z alone; that of str would change more
    return murmur3_32(text.encode('utf-8').lower())

def hash_pair(first, second):  # a cross: hash_pair(hash_text(category), hash_text(advertiser))
    return mix32(first * 0x9E3779B1 & 0xFFFFFFFF ^ second)

def column(hashed, buckets, seed=0, offset=0):
    return offset + (mix32(hashed ^ seed) & buckets - 1)

def inline_bin(bias, table):
    return struct.pack(f'<{1 + len(table)}f', bias, *table)


def encode(columns, rows):
    """Rows as a tensor of the model: [rows, columns], int32 where columns have buckets, float32 where they have none."""
    if len({'buckets' in spec for spec in columns}) > 1:
        raise ValueError('a tensor takes hashed text or numbers, not both: make two inputs of its columns')
    hashes_of = functools.cache(lambda feature: _hashes(feature, rows))
    if 'buckets' in columns[0]:
        return np.stack([_ids(spec, hashes_of) for spec in columns], axis=1).astype(np.int32)
    return np.stack([_numbers(spec, rows) for spec in columns], axis=1)


def _ids(spec, hashes_of):
    hashes = [hashes_of(feature) for feature in spec['feature'].split('*')]
    hashed = hashes[0] if len(hashes) == 1 else hash_pair(*hashes)
    return column(hashed, spec['buckets'], spec.get('seed', 0), spec.get('offset', 0))


def _hashes(feature, rows):
    if isinstance(rows, np.ndarray):
        return rows[feature].astype(np.uint64)
    raw = [row.get(feature) for row in rows]
    for at, text in enumerate(raw):
        if not isinstance(text, str | None):
            raise TypeError(f'row {at}: {feature} is {text!r}; it is text, also where it is a code: "{text}"')
    texts = [text or '' for text in raw]
    known = {text: hash_text(text) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=np.uint64)


def _numbers(spec, rows):
    feature = spec['feature']
    raw = rows[feature] if isinstance(rows, np.ndarray) else [row.get(feature) for row in rows]
    # None becomes NaN.
    values = np.array(raw, dtype=np.float32)
    least, most = np.float32(spec.get('domain', (-np.inf, np.inf)))
    return np.where(np.isnan(values), np.float32(spec.get('default', 0)), np.clip(values, least, most))


def joined(buckets, seed=0):
    """Columns that share one table, one behind the other. @param buckets by feature."""
    columns, offset = [], 0
    for feature, count in buckets.items():
        columns.append({'feature': feature, 'buckets': count, 'seed': seed, 'offset': offset})
        offset += count
    return columns


def table_rows(columns):
    """Rows of a table that has one for every id of the columns."""
    return max(spec.get('offset', 0) + spec['buckets'] for spec in columns)


class Inline(NamedTuple):
    """The small logistic regression that ranks all candidates, and answers when the model is late."""

    columns: list
    bias: float
    table: np.ndarray

    def predict(self, rows):
        return sigmoid(self.bias + self.table[encode(self.columns, rows)].sum(axis=1, dtype=np.float64))


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


def fit_inline(columns, rows, clicks, *, passes=3, batch=128, step=0.1, seed=0):
    """Learns one weight an id by AdaGrad. The bias begins at the base rate, and weights of what is never seen stay 0."""
    ids = encode(columns, rows)
    rate = np.mean(clicks)
    bias, bias_squares = np.log(rate / (1 - rate)), 1.0
    table, squares = np.zeros(table_rows(columns)), np.ones(table_rows(columns))
    for chosen in _batches(len(ids), passes, batch, np.random.default_rng(seed)):
        slope = sigmoid(bias + table[ids[chosen]].sum(axis=1)) - clicks[chosen]
        change = np.bincount(ids[chosen].ravel(), np.repeat(slope, ids.shape[1]), len(table))
        squares += change * change
        table -= step * change / np.sqrt(squares)
        bias_squares += slope.sum() ** 2
        bias -= step * slope.sum() / np.sqrt(bias_squares)
    return Inline(columns, float(np.float32(bias)), table.astype(np.float32))


def _batches(rows, passes, batch, random):
    for _ in range(passes):
        order = random.permutation(rows)
        yield from (order[at:at + batch] for at in range(0, rows, batch))


def score(model, inputs, rows, output=OUTPUT):
    """What ONNX Runtime answers. @param model the bytes of model.onnx; @param inputs as in the manifest."""
    return score_tensors(model, {spec['name']: encode(spec['columns'], rows) for spec in inputs}, output)


def score_tensors(model, tensors, output=OUTPUT):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    return session.run([output], tensors)[0].reshape(-1)


def quality(scores, clicks):
    """Figures of a holdout, as models/README.md names them."""
    clicked, rate = clicks == 1, np.mean(clicks)
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    hits, misses = clicked.sum(), (~clicked).sum()
    # In 32 bits a probability can be 0 or 1.
    told = np.clip(np.where(clicked, scores, 1 - scores), 1e-7, 1)
    loss = -np.mean(np.log(told))
    entropy = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    figures = {
        'auc': (ranks[clicked].sum() - hits * (hits + 1) / 2) / (hits * misses),
        'logLoss': loss,
        'normalisedEntropy': loss / entropy,
        'calibration': scores.sum() / hits,
    }
    return {name: round(float(value), 5) for name, value in figures.items()}


def write_version(folder, *, model, inputs, predict, inline, rows, raw_rows, training, figures):
    """Writes <models>/<name>/<version>/, all of it or nothing.

    @param model the bytes of the ONNX graph, with the output `p`.
    @param predict what the framework itself answers for rows: it is what the golden rows promise.
    @param rows on all of which the model has to equal `predict`.
    @param raw_rows to take golden rows from: dicts, also where `rows` are hashed already.
    @param figures of the holdout, by name.
    """
    folder = pathlib.Path(folder)
    demand_new(folder)
    demand_equal(predict(rows), score(model, inputs, rows))
    weights = inline_bin(inline.bias, inline.table)
    manifest = {
        'name': folder.parent.name,
        'version': folder.name,
        'task': 'ctr',
        'sha256': hashlib.sha256(model).hexdigest(),
        'inputs': inputs,
        'output': {'name': OUTPUT, 'meaning': 'probability of a click, given an impression'},
        'inline': {
            'file': 'inline.bin',
            'sha256': hashlib.sha256(weights).hexdigest(),
            'tableRows': len(inline.table),
            'columns': inline.columns,
        },
        'golden': {'tolerance': TOLERANCE, 'rows': golden_rows(model, inputs, predict, inline, raw_rows)},
        'training': training,
        'quality': figures,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + '\n'
    _write_whole(folder, {'model.onnx': model, 'inline.bin': weights, 'manifest.json': text.encode('utf-8')})


def golden_rows(model, inputs, predict, inline, rows):
    chosen = [_known(row) for row in rows[::max(1, len(rows) // GOLDEN_ROWS)][:GOLDEN_ROWS]]
    chosen += [{}, *(_changed(row, *change) for row, change in zip(chosen, EDGES))]
    tensors = {spec['name']: encode(spec['columns'], chosen) for spec in inputs}
    own, late = predict(chosen), inline.predict(chosen)
    demand_equal(own, score_tensors(model, tensors))
    return [
        {
            'features': row,
            'inputs': {name: tensor[at].tolist() for name, tensor in tensors.items()},
            'output': float(own[at]),
            'inline': float(late[at]),
        }
        for at, row in enumerate(chosen)
    ]


def _known(row):
    return {name: value for name, value in row.items() if value is not None}


# What becomes of the texts and the numbers of a row: capitals, letters beyond ASCII, numbers beyond any domain.
EDGES = [(str.swapcase, lambda number: 1e6 + number), (lambda text: text + 'Ü', lambda number: -1e6 - number)]


def _changed(row, text, number):
    return {name: text(value) if isinstance(value, str) else number(value) for name, value in row.items()}


def demand_new(folder):
    if folder.exists():
        raise FileExistsError(f'{folder} is there, and a version is never changed: write the next one')


def demand_equal(own, answered):
    difference = np.abs(np.asarray(own, dtype=np.float64) - answered)
    if difference.max() <= TOLERANCE:
        return
    raise ValueError(
        f'the graph is not the model: {np.sum(difference > TOLERANCE)} of {len(difference)} rows are off by more than '
        f'{TOLERANCE}, row {difference.argmax()} by {difference.max():.3g}; look at casts to float32 before thresholds'
    )


def _write_whole(folder, files):
    """Hidden folders are nobody's models, and a renamed one is there all at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    hidden = pathlib.Path(tempfile.mkdtemp(prefix='.arriving-', dir=folder.parent))
    try:
        for name, content in files.items():
            (hidden / name).write_bytes(content)
        hidden.chmod(0o755)
        os.rename(hidden, folder)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
