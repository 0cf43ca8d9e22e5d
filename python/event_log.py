"""Reads impressions from the event log that a bidder keeps under <data>/events.

Each segment begins with a line of JSON that says what its records are, in the words of numpy; records of fixed width
follow. A bid is an impression once a bill names its id, and is clicked once a click does.
"""
import json
import pathlib

import numpy as np

HEADER_BYTES = 8192
LAYOUT_VERSION = 1


def read(folder):
    """@returns impressions in order of the bids' time, and their clicks as an array.

    The impressions are a structured array with a field for each feature: text as hashes, 0 where it is not known, and
    numbers, NaN where they are not. `encode` takes it in the place of rows.
    """
    bids = _joined([records for _, records in _segments(folder, 'bids')])
    notices = _segments(folder, 'notices')
    billed = bids[np.isin(bids['bidId'], _ids(notices, 'bill'))]
    impressions = billed[np.argsort(billed['atMs'], kind='stable')]
    return impressions, np.isin(impressions['bidId'], _ids(notices, 'click')).astype(np.int64)


def _ids(notices, kind):
    """Of the bids that a kind of notice names."""
    return np.concatenate(
        [records['bidId'][records['kind'] == header['names']['kind'].index(kind)] for header, records in notices]
    )


def _joined(segments):
    """A catalogue that has grown has left the fields of the first segments: those that all have are kept."""
    names = [name for name in segments[0].dtype.names if all(name in other.dtype.names for other in segments)]
    records = np.empty(sum(map(len, segments)), [(name, segments[0].dtype[name]) for name in names])
    for name in names:
        records[name] = np.concatenate([segment[name] for segment in segments])
    return records


def _segments(folder, kind):
    """Header and records of each."""
    files = sorted(pathlib.Path(folder).glob(f'{kind}-*.seg'))
    if not files:
        raise FileNotFoundError(f'{folder} has no {kind}-*.seg; name the events folder of a bidder that keeps a log')
    return [_segment(file) for file in files]


def _segment(file):
    content = file.read_bytes()
    header = json.loads(content[:HEADER_BYTES])
    if header.get('layoutVersion') != LAYOUT_VERSION:
        raise ValueError(f'{file} is no segment of an event log, or its layout is not of version {LAYOUT_VERSION}')
    fields = header['fields']
    layout = np.dtype({
        'names': [field['name'] for field in fields],
        'formats': [field['type'] for field in fields],
        'offsets': [field['offset'] for field in fields],
        'itemsize': header['recordBytes'],
    })
    # A crash may have cut off the last record.
    whole = (len(content) - HEADER_BYTES) // layout.itemsize
    return header, np.frombuffer(content, layout, whole, HEADER_BYTES)
