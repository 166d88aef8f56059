from itertools import combinations
from statistics import mean, stdev


def paired(a, b):
    differences = [x - y for x, y in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)]
    return [mean(differences), stdev(differences) / len(differences) ** 0.5]


seeds_needed = next(n for n in range(1, 100) if 2 * (2 * 0.02**2 / n) ** 0.5 <= 0.01 + 1e-12)


def best_of(losses, k):
    return mean(min(chosen) for chosen in combinations(losses.tolist(), k))
