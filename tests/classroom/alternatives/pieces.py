"""Right answers to the tasks of chapter 08 on parts of words, each written in another way."""

import math
import re


def fold_case(tokens):
    folded = []
    for token in tokens:
        if re.fullmatch(r"[A-Z][^A-Z]*", token):
            folded.append("^")
            token = token[0].lower() + token[1:]
        folded.append(token)
    return folded


def best_cut(text, piece):
    def likeliest(rest):
        if not rest:
            return 1.0, ()
        found = [(0.0, ())]
        for one, p in piece.items():
            if rest.startswith(one):
                chance, pieces = likeliest(rest[len(one) :])
                found.append((p * chance, (one, *pieces)))
        return max(found)

    assert math.isclose(likeliest("")[0], 1)
    return likeliest(text)[1]
