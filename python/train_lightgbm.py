"""LightGBM: boosted trees on click rates by id and on numbers, by onnxmltools.

The click rate of each id is looked up in a table within the graph, as what the bidder sends are ids.
"""
import lightgbm
import numpy as np
from onnx import TensorProto, helper
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

import peregrine
import training
from graph import CLICKS, cast, clicks_of, graft

IDS = peregrine.joined(
    {'os': 16, 'country': 64, 'device': 8, 'category': 128, 'advertiser': 64, 'category*advertiser': 1024}, seed=11
)
HOURS = [{'feature': 'hour', 'buckets': 32, 'seed': 12}]
NUMBERS = [
    {'feature': 'floor_cpm', 'default': -1, 'domain': [0, 20]},
    {'feature': 'slot_width', 'default': -1, 'domain': [0, 4000]},
    {'feature': 'ad_duration', 'default': 0, 'domain': [0, 120]},
]
INPUTS = [
    {'name': 'ids', 'type': 'int32', 'columns': IDS},
    {'name': 'hours', 'type': 'int32', 'columns': HOURS},
    {'name': 'numbers', 'type': 'float32', 'columns': NUMBERS},
]
# Impressions that the rates are learnt from, before those that the trees learn from: a row must not tell of itself.
RATES_SHARE = 0.4
# How many impressions at the base rate each id begins with.
PRIOR = 50


def train(rows, clicks, seed):
    first = int(len(rows) * RATES_SHARE)
    rates = rates_of(rows[:first], clicks[:first])

    def matrix(rows):
        ids, hours, numbers = (peregrine.encode(spec['columns'], rows) for spec in INPUTS)
        return np.concatenate([rates[ids], hours.astype(np.float32), numbers], axis=1)

    trees = lightgbm.LGBMClassifier(
        n_estimators=80, learning_rate=0.06, num_leaves=15, min_child_samples=100, max_bin=63,
        random_state=seed, n_jobs=1, deterministic=True, force_row_wise=True, verbose=-1,
    )
    trees.fit(matrix(rows[first:]), clicks[first:])
    return to_graph(trees, rates), lambda rows: trees.predict_proba(matrix(rows))[:, 1]


def rates_of(rows, clicks):
    ids, size = peregrine.encode(IDS, rows), peregrine.table_rows(IDS)
    seen = np.bincount(ids.ravel(), minlength=size)
    clicked = np.bincount(ids.ravel(), np.repeat(clicks, ids.shape[1]), minlength=size)
    return ((clicked + PRIOR * clicks.mean()) / (seen + PRIOR)).astype(np.float32)


def to_graph(trees, rates):
    """The converter takes one tensor of floats, and answers [N, 2]."""
    width = sum(len(spec['columns']) for spec in INPUTS)
    converted = convert_lightgbm(
        trees,
        initial_types=[('matrix', FloatTensorType([None, width]))],
        zipmap=False,
        target_opset=15,
    )
    return graft(
        converted,
        INPUTS,
        before=[
            helper.make_node('Gather', ['rates', 'ids'], ['rates_of_ids'], axis=0),
            cast('hours', 'hours_float', TensorProto.FLOAT),
            helper.make_node('Concat', ['rates_of_ids', 'hours_float', 'numbers'], ['matrix'], axis=1),
        ],
        after=[clicks_of('probabilities')],
        constants={'rates': rates, **CLICKS},
    )


if __name__ == '__main__':
    training.run(__doc__, 'lightgbm-1', INPUTS, train)
