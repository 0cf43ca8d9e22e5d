"""Asks a server of the Open Inference Protocol, version 2, for a model, and holds its answers against golden rows.

  .venv/bin/python python/ask.py models/ctr/1/manifest.json                  a bidder's admin port
  .venv/bin/python python/ask.py --url triton:8000 my/manifest.json --model ctr --version 7

Any server will do: ask a remote before a manifest names it as its runtime. Exit 1 when an answer is beyond the tolerance
of the manifest, or the server refuses; then its own words are printed.
"""

import argparse
import json
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

DATATYPES = {'int32': 'INT32', 'float32': 'FP32'}


def inputs_of(manifest, is_binary):
    """The golden rows as the tensors of a request: one for each input of the manifest, of shape [rows, columns]."""
    tensors = []
    for each in manifest['inputs']:
        datatype = DATATYPES[each['type']]
        rows = [row['inputs'][each['name']] for row in manifest['golden']['rows']]
        cells = np.array(rows, dtype=triton_to_np_dtype(datatype))
        tensor = http.InferInput(each['name'], list(cells.shape), datatype)
        tensor.set_data_from_numpy(cells, binary_data=is_binary)
        tensors.append(tensor)
    return tensors


def difference(client, manifest, model, version, is_binary):
    """The largest distance between what the server answers and the golden rows."""
    name = manifest['output']['name']
    answer = client.infer(
        model,
        inputs_of(manifest, is_binary),
        model_version=version,
        outputs=[http.InferRequestedOutput(name, binary_data=is_binary)],
    )
    scores = answer.as_numpy(name).reshape(-1)
    wanted = np.array([row['output'] for row in manifest['golden']['rows']])
    return float(np.abs(scores - wanted).max())


def ask(client, manifest, model, version):
    server = client.get_server_metadata()
    forms = {'json': False}
    if 'binary_tensor_data' in server['extensions']:
        forms['binary'] = True
    return {
        'server': server,
        'isServerReady': client.is_server_ready(),
        'model': client.get_model_metadata(model, version),
        'isModelReady': client.is_model_ready(model, version),
        'rows': len(manifest['golden']['rows']),
        'difference': {
            form: difference(client, manifest, model, version, is_binary)
            for form, is_binary in forms.items()
        },
    }


def print_found(found):
    server, model = found['server'], found['model']
    ready = {True: 'ready', False: 'not ready'}
    print(f"server  {server['name']} {server['version']}, {ready[found['isServerReady']]}")
    print(f"model   {model['name']}, versions {', '.join(model['versions'])}, {ready[found['isModelReady']]}")
    for kind in ('inputs', 'outputs'):
        for tensor in model[kind]:
            print(f"{kind:8}{tensor['name']} {tensor['datatype']} {tensor['shape']}")
    for form, distance in found['difference'].items():
        print(f"rows    {found['rows']} golden rows as {form}: largest difference {distance:.3g}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('manifest', help='manifest.json whose golden rows are asked for')
    parser.add_argument('--url', default='127.0.0.1:9090', help='host:port of the server [%(default)s]')
    parser.add_argument('--model', help='its name there [that of the manifest]')
    parser.add_argument('--version', default='', help='[the one that the server chooses]')
    parser.add_argument('--json', action='store_true', help='print JSON')
    options = parser.parse_args()
    try:
        with open(options.manifest, encoding='utf-8') as file:
            manifest = json.load(file)
    except (OSError, ValueError) as fault:
        sys.exit(f'ask.py: {options.manifest}: {fault}')
    client = http.InferenceServerClient(options.url)
    try:
        found = ask(client, manifest, options.model or manifest['name'], options.version)
    except InferenceServerException as refusal:
        sys.exit(f'ask.py: {options.url} refuses: {refusal.message()}')
    except OSError as fault:
        sys.exit(f'ask.py: nobody answers at {options.url} ({fault}); --url says where a server is')
    if options.json:
        print(json.dumps(found))
    else:
        print_found(found)
    tolerance = manifest['golden']['tolerance']
    if max(found['difference'].values()) > tolerance:
        sys.exit(f'ask.py: the answers differ by more than the tolerance of the manifest, {tolerance}')


main()
