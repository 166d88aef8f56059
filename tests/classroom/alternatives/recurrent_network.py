"""Right answers to the first tasks of chapter 03, written in another way."""

import torch

first_state = [0.922, -0.197]
how_wide = max(H for H in range(200) if H * H + 55 * H + 27 <= 7003)


def name_nll(params, name):
    w = {key: torch.tensor(value) for key, value in params.items()}
    h, log_p = torch.tanh(w["b_h"]), torch.tensor(0.0)
    for y in (*name, 0):
        log_p = log_p + (w["W_hy"] @ h + w["b_y"]).log_softmax(0)[y]
        h = torch.tanh(w["W_xh"][:, y] + w["W_hh"] @ h + w["b_h"])
    return -log_p
