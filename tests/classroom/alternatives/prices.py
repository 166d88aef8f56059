"""Right answers to the tasks of chapter 09 on what a fresh state costs, each written in another way."""

import torch

price_of_fresh_state = 4.82


@torch.no_grad()
def loss_by_place(model, rows, bptt, carry):
    places, windows, hidden = [0.0] * bptt, (len(rows) - 1) // bptt, None
    for window in range(windows):
        for place in range(bptt):
            row = window * bptt + place
            logits, hidden = model(rows[row : row + 1], hidden if carry or place else None)
            log_p = logits[0].log_softmax(-1)
            own = [log_p[b, token].item() for b, token in enumerate(rows[row + 1].tolist())]
            places[place] -= sum(own) / len(own) / windows
    return places
