"""More tasks of chapter 06: an Adam with two faults, and momentum on two parabolas."""

from functools import partial

import numpy as np

from ..task import task


def followed(function, *settings):
    """Return two arrays of parameters after one and after three updates, with gradients that share one memory."""
    params = {"W": np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]), "b": np.array([0.5, -0.5])}
    gradients, memory, seen = {name: np.zeros_like(value) for name, value in params.items()}, {}, []
    update = function(*settings)
    for W, b in (
        ([[1, 2, -1], [0.5, -3, 2]], [2, -1]),
        ([[2, -1, 1], [1, 1, 0.5]], [1, 1]),
        ([[-1, 1, 2]] * 2, [3, 0]),
    ):
        gradients["W"][...], gradients["b"][...] = W, b  # as torch does: the same arrays, filled anew
        update(params, gradients, memory)
        seen.append({name: value.copy() for name, value in params.items()})
    return {"after one update": seen[0], "after three": seen[2]}


def mistaken_adam(lr, betas, eps, mistake=""):
    """Return the update of Adam, or a wrong one."""
    b1, b2 = betas

    def update(params, gradients, memory):
        for place, (name, g) in enumerate(gradients.items()):
            if place == 0 or "counts arrays" in mistake:
                memory["step"] = memory.get("step", {"from zero": -1, "from two": 1}.get(mistake, 0)) + 1
            t = 1 if "once" in mistake else memory["step"]
            m, v = memory.setdefault(name, (np.zeros_like(g), np.zeros_like(g)))
            m += (1 - b1) * (g - m)
            v += (1 - (b1 if "v runs with b1" in mistake else b2)) * (g**2 - v)
            m_rest = 0 if "m raw" in mistake else (b2 if "m by b2" in mistake else b1) ** t
            v_rest = 0 if "v raw" in mistake else (b1 if "v by b1" in mistake else b2) ** t
            size = (v / (1 - v_rest)) ** (1 if mistake == "no root" else 0.5)
            params[name] -= lr * m / (1 - m_rest) / (size + eps)

    return update


@task(lambda: [(0.1, (0.9, 0.999), 1e-8), (0.5, (0.5, 0.8), 1e-6)], observe=followed, points=2)
def adam(lr, betas, eps):
    """Return the update of Adam."""
    return mistaken_adam(lr, betas, eps)


for kind, hint in {
    "counts arrays, v by b1": "As it was given. Print t in the loop: what does it count? And compare both hats.",
    "v by b1": "The steps are counted well now. Which beta did the running mean v use?",
    "m by b2": "v is right now. But m is corrected as if it had run with the other beta. With which did it?",
    "counts arrays": "Both hats are right now. With two arrays, what is t after the first update?",
    "v raw": "v is not corrected. How far from zero has it come after one step, with a beta near 1?",
    "m raw": "m is not corrected. How much of the first gradient is in it?",
    "m raw, v raw": "Neither mean is corrected. Both began at zero: which factor takes that out again?",
    "once": "The hats divide by 1 - beta in every step. How much of the start is left after t of them?",
    "once, v by b1": "t is 1 in every step now. How much of the start is left after t steps? And which beta has v?",
    "v runs with b1, v by b1": "You changed the mean v to fit its hat. Which of the two is as in the formula?",
    "counts arrays, v runs with b1, v by b1": "The mean v fits its hat now, not the formula. And what does t count?",
    "m by b2, v by b1": "The betas have changed places in the hats. Which mean runs with which?",
    "no root": "You divide by a mean of squares. What of it is as large as a gradient?",
    "from two": "In the first update t is 2. From what does the count start?",
    "from zero": "Nan or infinite from the first update. What is 1 - beta to the power t, if t begins at 0?",
}.items():
    adam.mistake(hint, partial(mistaken_adam, mistake=kind))


def mistaken_momentum(lr, mu, mistake=""):
    """Return the update with momentum, or a wrong one."""

    def update(params, gradients, memory):
        for name, g in gradients.items():
            old = memory.get(name, np.zeros_like(g))
            v = {
                "mean": mu * old + (1 - mu) * g,
                "after": mu * (old + g),
                "whole": old + g,
                "rate twice": mu * old + lr * g,
                "late": 0 * g if name not in memory else mu * old + g,
            }.get(mistake, mu * old + g)
            memory[name] = g if mistake == "alias" and name not in memory else v
            if mistake == "forgets":
                memory.pop(name)
            step = {"ahead": g + mu * v, "old": old, "same array": 2 * mu * g, "no rate": v / lr}.get(mistake, v)
            params[name] -= {"up": -lr, "still": 0}.get(mistake, lr) * step

    return update


@task(lambda: [(0.2, 0.9), (0.5, 0.7)], observe=followed)
def momentum(lr, mu):
    """Return the update with momentum."""
    return mistaken_momentum(lr, mu)


for kind, hint in {
    "forgets": "The weights move as in plain SGD. Is the velocity kept for the next update, and is it what moves them?",
    "mean": "Yours is a running mean of gradients. In the formula, what stands in front of g?",
    "same array": "Your velocity is the array of the first gradient itself: to change one changes both. Who owns it?",
    "old": "The first update moves nothing. In which order do the two lines of the formula stand?",
    "alias": "The first step is right. Is the velocity an array of its own, or that of the first gradient?",
    "after": "The new gradient is shrunk at once. To which of the two does mu belong?",
    "ahead": "You look a step ahead, which is another rule (Nesterov's). What does the formula move the weights by?",
    "whole": "Nothing of the velocity is lost: it adds up all gradients. Which share of the old one is kept?",
    "rate twice": "The rate is in the velocity and in the step. How often does it stand in the formula?",
    "no rate": "The step is the whole velocity. What stands in front of it in the formula?",
    "late": "The first update moves nothing: the velocity was set to zero. What does it take up in the same update?",
    "up": "Uphill. Which sign has the step?",
    "still": "The weights of the caller have not moved. Does your update change the arrays, or make new ones?",
}.items():
    momentum.mistake(hint, partial(mistaken_momentum, mistake=kind))


def without_a_start(lr, mu):
    """Return an update that takes for granted that there is a velocity."""

    def update(params, gradients, memory):
        for name in gradients:
            memory[name] = mu * memory[name] + gradients[name]

    return update


def one_for_all(lr, mu):
    """Return an update with one velocity for arrays of several shapes."""

    def update(params, gradients, memory):
        for g in gradients.values():
            memory["v"] = mu * memory.get("v", 0) + g

    return update


momentum.mistake("The memory is empty before the first update. With what does a velocity begin?", without_a_start)
momentum.mistake("One velocity has met arrays of two shapes. Under which key does each find its own?", one_for_all)


@task(tolerance=1e-5)
def matching_rate():
    """Return the rate with which momentum 0.9 moves as far a step as SGD at 0.03, in the end."""
    return 0.03 * (1 - 0.9)


matching_rate.mistake("You made it larger. A gradient that stays adds up to more than itself: to how much?", 0.3)
matching_rate.mistake("With the same rate the steps grow. To what does 1 + mu + mu^2 + ... add up?", 0.03)
matching_rate.mistake("You multiplied by mu. What is the sum of all powers of mu, and what is one over it?", 0.027)
matching_rate.mistake("Two gradients are in your sum. How many are in the velocity in the long run?", 0.03 / 1.9)


def arrived(function):
    """Return which of two weights, with curvatures 100 and 1, are within 0.001 after 100 updates from 1."""
    pair = function()
    if pair is None or pair is ...:
        return pair
    if np.shape(pair) != (2,):
        raise ValueError("it is to return two numbers, the rate and the momentum")
    lr, mu = map(float, pair)
    theta, v, curvature = np.ones(2), np.zeros(2), np.array([100.0, 1.0])
    for _ in range(100):
        v = mu * v + curvature * theta
        theta = theta - lr * v
    return dict(zip(("steep one arrived", "flat one arrived"), (abs(theta) < 0.001).tolist(), strict=True))


@task(lambda: [()], observe=arrived)
def two_valleys():
    """Return a rate and a momentum with which both weights arrive."""
    return 0.033, 0.67


two_valleys.mistake(
    "The flat one is still on its way. More momentum adds up its steps: how large a rate does the steep one bear then?",
    lambda: (0.019, 0.0),
)
two_valleys.mistake(
    "The steep one has not come to rest: the rate, your first number, is too large, or a long memory lets it swing.",
    lambda: (0.05, 0.5),
)
two_valleys.mistake(
    "Neither has arrived. Print theta on the way: do they creep, or swing from side to side?", lambda: (0.03, 0.98)
)
