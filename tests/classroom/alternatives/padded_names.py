"""Right answers to the tasks of chapter 03 on names side by side, written in another way."""


def last_states(hiddens, lengths):
    return [hiddens[int(n) + 1, b].tolist() for b, n in enumerate(lengths)]


def padding_share(lengths, size):
    padding = places = 0
    while lengths:
        batch, lengths = lengths[:size], lengths[size:]
        padding += sum(max(batch) - n for n in batch)
        places += len(batch) * (max(batch) + 1)
    return padding / places
