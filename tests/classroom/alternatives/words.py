"""Right answers to the tasks of chapter 08, each written in another way."""

as_good_as = 2.73


def windows_of(tokens, bptt, stride):
    found, start = [], 0
    while start + bptt + 1 <= len(tokens):
        window = tokens[start : start + bptt + 1]
        found.append([window[:-1], window[1:]])
        start += stride
    return found
