"""Fits a converter's graph to the bidder: inputs of int32 and float32 under the manifest's names, one probability a row."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import peregrine

# For `clicks_of`.
CLICKS = {'clicks': np.array([1], dtype=np.int64)}
INPUT_TYPES = {'int32': TensorProto.INT32, 'float32': TensorProto.FLOAT}


def graft(model, inputs, before, after, constants):
    """The bytes of a graph of its own inputs -> before -> the converter's nodes -> after -> `p`.

    @param model what a converter made.
    @param inputs as in the manifest.
    @param before nodes that lead from them to the converter's inputs; @param after, from its outputs to `p`.
    @param constants by name, for these nodes.
    """
    graph = helper.make_graph(
        [*before, *model.graph.node, *after],
        'model',
        [
            helper.make_tensor_value_info(spec['name'], INPUT_TYPES[spec['type']], ['N', len(spec['columns'])])
            for spec in inputs
        ],
        [helper.make_tensor_value_info(peregrine.OUTPUT, TensorProto.FLOAT, ['N', 1])],
        [*model.graph.initializer, *(numpy_helper.from_array(value, name) for name, value in constants.items())],
    )
    # In an order of their own: the same model is the same bytes.
    opsets = sorted(model.opset_import, key=lambda opset: opset.domain)
    return plain(helper.make_model(graph, opset_imports=opsets, ir_version=model.ir_version))


def cast(source, target, to):
    return helper.make_node('Cast', [source], [target], to=to)


def clicks_of(probabilities):
    """Classifiers answer [N, 2]: the clicks are the second column. Needs `CLICKS` among the constants."""
    return helper.make_node('Gather', [probabilities, 'clicks'], [peregrine.OUTPUT], axis=1)


def plain(model):
    """Bytes without what exporters note beside the graph, such as the places of source files."""
    for holder in [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output]:
        del holder.metadata_props[:]
        holder.doc_string = ''
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
