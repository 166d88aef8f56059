"""Right answers to the other tasks of chapter 03, written in another way."""


def last_states(hiddens, lengths):
    return [hiddens[int(n) + 1, b].tolist() for b, n in enumerate(lengths)]


def padding_share(lengths, size):
    padding = places = 0
    while lengths:
        batch, lengths = lengths[:size], lengths[size:]
        padding += sum(max(batch) - n for n in batch)
        places += len(batch) * (max(batch) + 1)
    return padding / places


def latch():
    return {"W_xh": [[-1, 9, -1, -1], [0, 0, 0, 1]], "W_hh": [[4, 0.1], [0, 0]], "b_h": [-1, 0]}
