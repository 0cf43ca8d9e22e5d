"""Made-up impressions whose clicks follow a known truth, for the examples beside this file: the same seed, the same rows.

Swap `impressions` for a reader of your own data: rows of raw feature values, as dicts, in order of time, and clicks as 0
and 1.
"""
import numpy as np

# By value: how often it occurs, and what it adds to the log-odds of a click. None is a value that is not known.
OS = {'iOS': (4, 0.2), 'Android': (4, 0.0), 'Windows': (2, -0.3), 'macOS': (1, -0.1), None: (1, -0.2)}
COUNTRY = {'USA': (5, 0.1), 'DEU': (2, 0.0), 'GBR': (2, 0.0), 'JPN': (1, -0.2), 'BRA': (1, 0.3), None: (1, 0.0)}
DEVICE = {'0': (3, -0.2), '1': (6, 0.2), '2': (1, 0.1), '3': (1, -0.4)}
CATEGORY = {f'IAB{number}': (1 + 12 // number, 0.05 * (number % 5) - 0.1) for number in range(1, 25)}
SLOT_WIDTH = {300: (5, 0.0), 320: (4, 0.2), 728: (2, -0.2), 970: (1, 0.3), None: (1, 0.0)}
AD_DURATION = {0: (6, -0.2), 6: (1, 0.2), 15: (2, 0.3), 30: (1, 0.0)}
ADVERTISER = {
    name: (1, 0.1 * (at % 4) - 0.1)
    for at, name in enumerate(
        ['shoes', 'Möbel Köln', 'bank', 'travel', 'games', 'cars', 'food', 'phones', 'books', 'energy', 'ÉTÉ', '旅行']
    )
}
TEXTS = {'os': OS, 'country': COUNTRY, 'device': DEVICE, 'category': CATEGORY, 'advertiser': ADVERTISER}
NUMBERS = {'slot_width': SLOT_WIDTH, 'ad_duration': AD_DURATION}
BASE_LOGIT = -3.2


def impressions(count, seed):
    """@returns rows, and their clicks as an array."""
    random = np.random.default_rng(seed)
    logit = np.full(count, BASE_LOGIT)
    values, places = {}, {}
    for feature, table in {**TEXTS, **NUMBERS}.items():
        often, odds = np.array(list(table.values())).T
        places[feature] = random.choice(len(table), size=count, p=often / often.sum())
        values[feature] = np.array(list(table), dtype=object)[places[feature]]
        logit += odds[places[feature]]
    hour = random.integers(0, 24, count)
    floor = np.round(random.lognormal(-0.5, 0.8, count), 2)
    liking = random.normal(0, 0.7, (len(CATEGORY), len(ADVERTISER)))
    logit += liking[places['category'], places['advertiser']]
    logit += 0.3 * np.cos((hour - 20) / 24 * 2 * np.pi) + 0.3 * np.tanh(floor - 1)
    values['hour'] = hour.astype(str)
    values['floor_cpm'] = np.where(random.random(count) < 0.05, None, floor)
    clicks = (random.random(count) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    # tolist() gives Python's own numbers and texts, which JSON takes.
    names, columns = list(values), [values[name].tolist() for name in values]
    return [dict(zip(names, row)) for row in zip(*columns)], clicks
