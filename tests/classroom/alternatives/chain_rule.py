"""Right answers to the tasks of chapter 01, written in another way."""

import math
from collections import defaultdict
from fractions import Fraction

one_in = 1 / (Fraction(1, 4) * Fraction(1, 6) * Fraction(1, 2) ** 3)
unseen_pair = 0.0341
name_entropy = -sum(0.25 * 0.75**k * math.log(0.25 * 0.75**k) for k in range(200))


def deal(rows, k):
    places = defaultdict(list)
    for i, row in enumerate(rows):
        places[row].append(i)
    held = sorted(i for name in [*places][len(places) - k :] for i in places[name])
    return tuple(rows[i] for i in range(len(rows)) if i not in held), tuple(rows[i] for i in held)
