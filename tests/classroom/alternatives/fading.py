"""Right answers to the tasks of chapter 03 on what is felt and what is kept, written in another way."""

felt = 7.0


def difference(p, q):
    return [sum(abs(a - b) for a, b in zip(row, other, strict=True)) / 2 for row, other in zip(p, q, strict=True)]


def latch():
    return {"W_xh": [[-1, 9, -1, -1], [0, 0, 0, 1]], "W_hh": [[4, 0.1], [0, 0]], "b_h": [-1, 0]}
