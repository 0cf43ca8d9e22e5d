"""scikit-learn: logistic regression on one-hot columns and scaled numbers, by skl2onnx."""
import numpy as np
from onnx import TensorProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import peregrine
import training
from graph import CLICKS, cast, clicks_of, graft

IDS = [
    {'feature': 'os', 'buckets': 16, 'seed': 1},
    {'feature': 'country', 'buckets': 64, 'seed': 2},
    {'feature': 'device', 'buckets': 8, 'seed': 3},
    {'feature': 'hour', 'buckets': 64, 'seed': 4},
    {'feature': 'category', 'buckets': 128, 'seed': 5},
    {'feature': 'advertiser', 'buckets': 64, 'seed': 6},
    {'feature': 'category*advertiser', 'buckets': 512, 'seed': 7},
]
NUMBERS = [
    {'feature': 'floor_cpm', 'default': 0.5, 'domain': [0, 10]},
    {'feature': 'slot_width', 'default': 300, 'domain': [0, 2000]},
    {'feature': 'ad_duration', 'domain': [0, 60]},
]
INPUTS = [
    {'name': 'ids', 'type': 'int32', 'columns': IDS},
    {'name': 'numbers', 'type': 'float32', 'columns': NUMBERS},
]


def train(rows, clicks, seed):
    places = list(range(len(IDS) + len(NUMBERS)))
    pipeline = make_pipeline(
        ColumnTransformer([
            # The bidder can send any id of a column, also one that was never seen here.
            ('ids', OneHotEncoder(handle_unknown='ignore', dtype=np.float32), places[:len(IDS)]),
            ('numbers', StandardScaler(), places[len(IDS):]),
        ]),
        LogisticRegression(C=0.3, max_iter=300, random_state=seed),
    )

    def matrix(rows):
        return np.concatenate([encode_ids(rows), peregrine.encode(NUMBERS, rows)], axis=1)

    pipeline.fit(matrix(rows), clicks)
    return to_graph(pipeline), lambda rows: pipeline.predict_proba(matrix(rows))[:, 1]


def encode_ids(rows):
    return peregrine.encode(IDS, rows).astype(np.float32)


def to_graph(pipeline):
    """The converter takes ids as int64, and answers [N, 2]."""
    converted = to_onnx(
        pipeline,
        initial_types=[
            ('ids_int64', Int64TensorType([None, len(IDS)])),
            ('numbers', FloatTensorType([None, len(NUMBERS)])),
        ],
        options={'zipmap': False},
        target_opset=18,
    )
    return graft(
        converted,
        INPUTS,
        before=[cast('ids', 'ids_int64', TensorProto.INT64)],
        after=[clicks_of('probabilities')],
        constants=CLICKS,
    )


if __name__ == '__main__':
    training.run(__doc__, 'sklearn-1', INPUTS, train)
