"""What the three examples have in common: options, impressions, the inline scorer, the holdout, and the folder."""
import argparse
import pathlib

import numpy as np

import event_log
import peregrine
from impressions import impressions

HOLDOUT_SHARE = 0.2
ROWS_MIN = 1000
INLINE_COLUMNS = peregrine.joined(
    {'os': 16, 'country': 64, 'device': 8, 'category': 64, 'advertiser': 64, 'hour': 32, 'category*advertiser': 1024},
    seed=7,
)


def run(about, default_version, inputs, train):
    """Trains on the first impressions, measures on the last, writes the version.

    @param train of rows, clicks and a seed; gives the bytes of the graph and the framework's own `predict(rows)`.
    """
    options = options_of(about, default_version)
    try:
        train_version(about, options, inputs, train)
    except (OSError, ValueError) as cause:
        raise SystemExit(str(cause)) from cause


def train_version(about, options, inputs, train):
    folder = pathlib.Path(options.out) / options.name / options.version
    peregrine.demand_new(folder)
    made_up = impressions(options.rows, options.seed)
    rows, clicks = made_up if options.events is None else event_log.read(options.events)
    first = int(len(rows) * (1 - HOLDOUT_SHARE))
    if len(rows) < ROWS_MIN or not (clicks[:first].any() and clicks[first:].any()):
        raise ValueError(
            f'{options.events} has {len(rows)} impressions and {clicks.sum()} clicks; {ROWS_MIN} impressions are the '
            f'least, with clicks among their first {1 - HOLDOUT_SHARE:.0%} and their last {HOLDOUT_SHARE:.0%}'
        )
    model, predict = train(rows[:first], clicks[:first], options.seed)
    inline = peregrine.fit_inline(INLINE_COLUMNS, rows[:first], clicks[:first], seed=options.seed)
    held, held_clicks = rows[first:], clicks[first:]
    figures = {'holdoutRows': len(held), 'clickRate': round(float(np.mean(held_clicks)), 5)}
    figures |= peregrine.quality(predict(held), held_clicks)
    late = peregrine.quality(inline.predict(held), held_clicks)
    figures |= {f'{name}Inline': value for name, value in late.items()}
    peregrine.write_version(
        folder,
        model=model,
        inputs=inputs,
        predict=predict,
        inline=inline,
        rows=held,
        # Of an event log only hashes are known, and golden rows have text.
        raw_rows=held if options.events is None else made_up[0],
        training={
            'about': about.splitlines()[0],
            'window': 'made up' if options.events is None else window_of(rows[:first]),
            'rows': first,
            'seed': options.seed,
        },
        figures=figures,
    )
    print(f'{folder}: model.onnx {len(model)} bytes, auc {figures["auc"]}, equal on {len(held)} rows')


def window_of(rows):
    days = rows['atMs'][[0, -1]].astype('datetime64[ms]').astype('datetime64[D]')
    return '/'.join(days.astype(str))


def options_of(about, default_version):
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument('--out', default='models', help='the folder of all models (models)')
    parser.add_argument('--name', default='ctr', help='of the model (ctr)')
    parser.add_argument('--version', default=default_version, help=f'of the model ({default_version})')
    parser.add_argument('--events', help='learn from the event log in this folder, instead of what is made up')
    parser.add_argument('--rows', type=_rows, default=40_000, help=f'impressions made up, from {ROWS_MIN} on (40000)')
    parser.add_argument('--seed', type=int, default=1, help='of all that is random (1)')
    return parser.parse_args()


def _rows(text):
    rows = int(text)
    if rows < ROWS_MIN:
        raise argparse.ArgumentTypeError(f'{rows} impressions are too few to learn from: {ROWS_MIN} at least')
    return rows
