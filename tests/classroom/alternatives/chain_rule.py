"""Right answers to the tasks of chapter 01 that are worked out on paper, written in another way."""

import math
from fractions import Fraction

one_in = 1 / (Fraction(1, 4) * Fraction(1, 6) * Fraction(1, 2) ** 3)
unseen_pair = 0.0341
name_entropy = -sum(0.25 * 0.75**k * math.log(0.25 * 0.75**k) for k in range(200))
