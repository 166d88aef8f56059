"""Right answers to the tasks of chapter 07 on what a cut reaches, each written in another way."""

k_for_nine_tenths = 22.0


def smallest_k(logits, targets, mask):
    needed = []
    for column in range(targets.shape[1]):
        ranks = []
        for t in range(len(targets)):
            order = logits[t, column].argsort(descending=True).tolist()
            if mask[t, column]:
                ranks.append(order.index(int(targets[t, column])) + 1)
        needed.append(max(ranks))
    return needed
