import numpy as np

batch_floor = 0.173


def decay_for(share, rates):
    return np.log(1 / share) / sum(rates.tolist())


remedies = (3, 1, 4, 2)
