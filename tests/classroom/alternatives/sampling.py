"""Right answers to the tasks of chapter 07, each written in another way."""

import math

for_95_percent = 0.471
culprits = " DBCE "
draws_needed = 15_831


def race(logits, u, temperature):
    winners = []
    for one in u.tolist():
        scores = [z / temperature - math.log(-math.log(x)) for z, x in zip(logits.tolist(), one, strict=True)]
        winners.append(scores.index(max(scores)))
    return winners
