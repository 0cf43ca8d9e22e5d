"""PyTorch: a deep and cross network (version 2, low rank) over embeddings and numbers, by torch.onnx."""
import io

import numpy as np
import onnx
import torch
from torch import nn

import peregrine
import training
from graph import plain

REQUEST = peregrine.joined({'os': 16, 'country': 64, 'device': 8, 'hour': 64, 'category': 128}, seed=21)
AD = peregrine.joined({'advertiser': 64, 'category*advertiser': 1024}, seed=22)
NUMBERS = [
    {'feature': 'floor_cpm', 'default': -1, 'domain': [0, 10]},
    {'feature': 'slot_width', 'default': 0, 'domain': [0, 2000]},
    {'feature': 'ad_duration', 'default': 0, 'domain': [0, 60]},
]
INPUTS = [
    {'name': 'request', 'type': 'int32', 'columns': REQUEST},
    {'name': 'ad', 'type': 'int32', 'columns': AD},
    {'name': 'numbers', 'type': 'float32', 'columns': NUMBERS},
]
DIMENSION, RANK, HIDDEN = 8, 12, 32
PASSES, BATCH = 2, 256


class DeepAndCross(nn.Module):
    """One probability a row, of shape [N, 1]; what numbers are centred on and scaled by is a part of the graph."""

    def __init__(self, numbers, rate):
        super().__init__()
        width = DIMENSION * (len(REQUEST) + len(AD)) + len(NUMBERS)
        self.register_buffer('mean', numbers.mean(0))
        # Of a number that never changes the deviation is 0.
        self.register_buffer('scale', 1 / numbers.std(0).clamp_min(0.01))
        self.request = nn.Embedding(peregrine.table_rows(REQUEST), DIMENSION)
        self.ad = nn.Embedding(peregrine.table_rows(AD), DIMENSION)
        self.down = nn.ModuleList(nn.Linear(width, RANK, bias=False) for _ in range(2))
        self.up = nn.ModuleList(nn.Linear(RANK, width) for _ in range(2))
        self.deep = nn.Sequential(nn.Linear(width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
        self.wide = nn.Linear(width, 1)
        for table in (self.request, self.ad):
            nn.init.normal_(table.weight, std=0.05)
        nn.init.constant_(self.wide.bias, float(np.log(rate / (1 - rate))))

    def forward(self, request, ad, numbers):
        first = torch.cat(
            [self.request(request).flatten(1), self.ad(ad).flatten(1), (numbers - self.mean) * self.scale], dim=1
        )
        crossed = first
        for down, up in zip(self.down, self.up):
            crossed = first * up(down(crossed)) + crossed
        return torch.sigmoid(self.wide(crossed) + self.deep(first))


def train(rows, clicks, seed):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    tensors, labels = tensors_of(rows), torch.tensor(clicks, dtype=torch.float32).unsqueeze(1)
    network = DeepAndCross(tensors[-1], clicks.mean())
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-1)
    loss = nn.BCELoss()
    for _ in range(PASSES):
        for chosen in torch.randperm(len(rows)).split(BATCH):
            optimiser.zero_grad()
            loss(network(*(tensor[chosen] for tensor in tensors)), labels[chosen]).backward()
            optimiser.step()
    network.eval()
    return to_graph(network, tensors), lambda rows: predict(network, rows)


def tensors_of(rows):
    return [torch.from_numpy(peregrine.encode(spec['columns'], rows)) for spec in INPUTS]


def predict(network, rows):
    with torch.no_grad():
        return network(*tensors_of(rows)).squeeze(1).numpy()


def to_graph(network, tensors):
    """Embeddings take int32 as they are, and the network ends in one probability a row: nothing has to be grafted."""
    file = io.BytesIO()
    torch.onnx.export(
        network,
        tuple(tensor[:2] for tensor in tensors),
        file,
        input_names=[spec['name'] for spec in INPUTS],
        output_names=[peregrine.OUTPUT],
        dynamic_shapes={spec['name']: {0: 'N'} for spec in INPUTS},
        opset_version=18,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    return plain(onnx.load_from_string(file.getvalue()))


if __name__ == '__main__':
    training.run(__doc__, 'torch-1', INPUTS, train)
