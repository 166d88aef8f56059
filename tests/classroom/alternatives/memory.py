import torch


def in_the_cell(f, i):
    found, later = [], torch.ones(f.shape[1])
    for t in reversed(range(len(f))):
        found.insert(0, (i[t] * later).tolist())
        later = later * f[t]
    return found


kinds = (3, 4, 2, 1)
