"""The skew test: rows as the bidder logged them, encoded again by peregrine.py and scored again by ONNX Runtime.

Each line of the files is a JSON object with `model` ("ctr/2"), `features` (raw values), `inputs` (what the bidder encoded
them to), `output` (what the model answered) and `inline` (what the inline scorer answered); the last two may be left out
or null where they were not asked. The encodings have to be identical, the answers within the tolerance of the manifest.

Ends with 0 where nothing differs, with 1 where something does, with 2 where the rows cannot be compared.
"""
import argparse
import json
import pathlib
import sys
from typing import NamedTuple

import numpy as np

import peregrine

HEADINGS = ['model', 'column', 'feature', 'rows', 'different', 'first difference']


class Unusable(Exception):
    """What was given cannot be compared; a sentence with the place."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='+', help='of logged rows, a JSON object a line: <data>/rows/*.ndjson')
    parser.add_argument('--models', default='models', help='the folder of all models (models)')
    parser.add_argument('--json', action='store_true', help='the table as a list of objects')
    options = parser.parse_args()
    try:
        found = [row for logged in read(options.files) for row in compare(logged, pathlib.Path(options.models))]
    except Unusable as unusable:
        print(f'skew: {unusable}', file=sys.stderr)
        sys.exit(2)
    different = sum(row['different'] > 0 for row in found)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(table(found))
        print(f'\n{different} of {len(found)} columns differ' if different else f'\nok: {len(found)} columns, none differs')
    sys.exit(1 if different else 0)


class Logged(NamedTuple):
    """The rows of one model, and the file and line of each."""

    model: str
    places: list
    rows: list

    def cells(self, spec):
        """What the bidder wrote into a tensor, in the tensor's own type."""
        name, width = spec['name'], len(spec['columns'])
        for place, row in zip(self.places, self.rows):
            found = len(row['inputs'].get(name, []))
            if found != width:
                raise Unusable(f'{place}: "{name}" has {found} cells, the manifest {width} columns')
        return np.array([row['inputs'][name] for row in self.rows], dtype=spec['type'])

    def comparison(self, column, feature, is_different, told, rows):
        """@param told the sentence on the row of an index."""
        different, first = int(np.sum(is_different)), int(np.argmax(is_different))
        return {
            'model': self.model,
            'column': column,
            'feature': feature,
            'rows': rows,
            'different': different,
            'first': f'{self.places[first]}: {told(first)}' if different else '',
        }


def read(files):
    """The rows of all files, by model."""
    by_model = {}
    for file in files:
        for place, text in lines_of(file):
            row = parsed(text, place)
            logged = by_model.setdefault(row['model'], Logged(row['model'], [], []))
            logged.places.append(place)
            logged.rows.append(row)
    if not by_model:
        raise Unusable(f'there are no rows in {" and ".join(files)}')
    return by_model.values()


def lines_of(file):
    try:
        lines = pathlib.Path(file).read_text(encoding='utf-8').split('\n')
    except (OSError, UnicodeDecodeError) as cause:
        raise Unusable(f'{file} cannot be read: {cause}') from cause
    return [(f'{file}, line {number}', text) for number, text in enumerate(lines, 1) if text.strip()]


def parsed(text, place):
    try:
        row = json.loads(text)
    except ValueError as cause:
        raise Unusable(f'{place} is not JSON: {cause}') from cause
    missing = [name for name in ('model', 'features', 'inputs') if name not in row]
    if missing:
        raise Unusable(f'{place} is no logged row: it has no {" and no ".join(missing)}')
    return row


def compare(logged, models):
    """An entry for each column of each tensor, and for each answer."""
    folder = models / logged.model
    try:
        manifest = json.loads((folder / 'manifest.json').read_text(encoding='utf-8'))
        model, weights = (folder / 'model.onnx').read_bytes(), np.fromfile(folder / 'inline.bin', dtype='<f4')
    except (OSError, ValueError) as cause:
        raise Unusable(f'{logged.places[0]} is of {logged.model}: {cause}; --models names the folder of models') from cause
    rows = [row['features'] for row in logged.rows]
    tensors = {spec['name']: logged.cells(spec) for spec in manifest['inputs']}
    for spec in manifest['inputs']:
        yield from compare_cells(logged, spec, tensors[spec['name']], peregrine.encode(spec['columns'], rows))
    inline = peregrine.Inline(manifest['inline']['columns'], float(weights[0]), weights[1:])
    again = {
        'output': peregrine.score_tensors(model, tensors, manifest['output']['name']),
        'inline': inline.predict(rows),
    }
    for name, scores in again.items():
        yield compare_answers(logged, name, scores, manifest['golden']['tolerance'])


def compare_cells(logged, spec, cells, encoded):
    for place, column in enumerate(spec['columns']):
        was, now = cells[:, place], encoded[:, place]

        def told(at):
            return f'{raw_of(column["feature"], logged.rows[at]["features"])} was {was[at]}, is {now[at]}'

        yield logged.comparison(f'{spec["name"]}[{place}]', column['feature'], was != now, told, len(cells))


def compare_answers(logged, name, scores, tolerance):
    was = np.array([row.get(name) for row in logged.rows], dtype=np.float64)

    def told(at):
        return f'was {was[at]:.8g}, is {scores[at]:.8g}'

    # What was not asked is NaN here, and NaN is never further off.
    return logged.comparison(name, '', np.abs(was - scores) > tolerance, told, int(np.sum(~np.isnan(was))))


def raw_of(feature, features):
    known = {name: json.dumps(value, ensure_ascii=False) for name, value in features.items() if value is not None}
    return ' * '.join(f'{name} = {known.get(name, "not known")}' for name in feature.split('*'))


def table(found):
    lines = [HEADINGS, *([str(value) for value in row.values()] for row in found)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return '\n'.join('  '.join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


if __name__ == '__main__':
    main()
