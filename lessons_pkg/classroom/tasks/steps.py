"""Tasks of chapter 05: a raw step, a turn by clipping, four runs to be told apart, and a place of rest on paper."""

import math
from itertools import permutations

from ..task import task


def state_slope(a, steps=50):
    """Return the derivative of the sigmoid unit's last state by its bias."""
    return sum(a**k for k in range(steps)) / 4


BY_B = 2 * (0.5 - 0.7) * state_slope(1.05)


@task(tolerance=0.003)
def raw_step():
    """Return how long the first unclipped step is from w = 4.2, b = -2.1 at a rate of 0.2."""
    return 0.2 * math.hypot(BY_B, BY_B / 2)


raw_step.mistake("That is the length of the gradient. How far do the weights move?", math.hypot(BY_B, BY_B / 2))
raw_step.mistake("That is how far b moves. Two weights move: how long is the step of both?", 0.2 * abs(BY_B))
raw_step.mistake(
    "The loss is a square, and its derivative has a factor in front. Which?", 0.1 * math.hypot(BY_B, BY_B / 2)
)
raw_step.mistake(
    "That is the slope of the state, not yet of the loss. How far is the state from its target?",
    0.2 * state_slope(1.05) * math.hypot(1, 0.5),
)
raw_step.mistake(
    "You gave w the same gradient as b. By what is w multiplied, where b stands alone?", 0.2 * math.hypot(BY_B, BY_B)
)
raw_step.mistake(
    "The sum is one term short. How many terms do fifty steps make, the one with the power 0 included?",
    0.2 * 0.4 * state_slope(1.05, 49) * math.hypot(1, 0.5),
)
raw_step.mistake(
    "You added the two gradients. How long is a step of two numbers at a right angle?", 0.2 * 1.5 * abs(BY_B)
)
raw_step.mistake("Near. Two decimals are asked for.", 4.7)
raw_step.mistake(
    "The sum has one term too many. It begins with the power 0: with which does it end?",
    0.2 * 0.4 * state_slope(1.05, 51) * math.hypot(1, 0.5),
)
raw_step.mistake(
    "A factor is missing from the sum: how much of a change of b does one step pass on to h?",
    0.8 * math.hypot(BY_B, BY_B / 2),
)
raw_step.mistake("That is the derivative of the loss by b. Two weights move, and how far for such a slope?", abs(BY_B))
raw_step.mistake("That is the chapter's own step, from w = 4.3. What does a step multiply a change by at 4.2?", 10.8)


COSINE = (50 * 0.1 + 99 * 0.01) / math.sqrt(2500 + 99 * 0.01)


@task(tolerance=1e-3)
def turned():
    """Return by how many degrees clipping at 0.1 turns a vector of one 50 and ninety-nine 0.1."""
    return math.degrees(math.acos(COSINE))


turned.mistake("Very near: that is the limit for a first number without bound. What does 50 give?", 84.26)
turned.mistake("That is the angle in radians. How many degrees are they?", math.acos(COSINE))
turned.mistake("That is the cosine of the angle. Which angle has it?", COSINE)
turned.mistake("That is the angle to the other axis: sine and cosine are exchanged.", math.degrees(math.asin(COSINE)))
turned.mistake("So much is missing to a right angle. Does the product of two vectors give a sine or a cosine?", 6.9)
turned.mistake("Near. One decimal is asked for.", 83)
turned.mistake("By norm it would not turn at all. What becomes of the 50 by value, and what of the others?", 0)
turned.mistake("For two numbers the limit is half a right angle. How many numbers are there here?", 45)


@task()
def four_runs():
    """Return the letters of the runs: blown up, forgetting, as it should be, clipped too tightly."""
    return "bcad"


for answer, hint in {
    "bacd": "Does a run whose loss comes down to nothing forget? Look at where the second of yours ends.",
    "bdca": "Only one of the four learns the game. Is it that which stands for the run as it should be?",
    "dcab": "A gradient that keeps one length from first to last has not blown up. Which of the four leaps?",
    "cabd": "You named the description for each run. Asked is the run for each description, in their order.",
    "bdac": "Two runs hardly move, and in one of them there is a gradient. Which of the two has nothing to go by?",
    "acbd": "One of these two ends where nothing is known, the other where all is known. Which of them is lost?",
    "bcda": "One of the two learns at an even pace from first to last. Is that what a free descent looks like?",
    "cbad": "A run that learns nothing from the first update on has not blown up. What does its gradient look like?",
}.items():
    four_runs.mistake(hint, answer)

SEEN = {  # what speaks against a letter as the run that blew up, forgets, is as it should be, is clipped too tightly
    "a": ("a leaps nowhere", "a has learned all four letters", "", "a has learned all four letters"),
    "b": ("", "b has long gradients to begin with", "b ends where nothing is known", "b leaps"),
    "c": ("c leaps nowhere", "", "c ends where nothing is known", "c has hardly a gradient to clip"),
    "d": ("d leaps nowhere", "d has a gradient all along", "d has hardly learned", ""),
}
DESCRIBED = "the run that blew up", "the one that forgets", "the one as it should be", "the one clipped too tightly"
for letters in permutations("abcd"):  # the others, in which more than two letters change places
    wrong = [f"As {DESCRIBED[k]}: {SEEN[letter][k]}." for k, letter in enumerate(letters) if SEEN[letter][k]]
    if wrong and "".join(letters) not in [one.answer for one in four_runs.mistakes]:
        four_runs.mistake(" ".join(wrong), "".join(letters))


@task(tolerance=0.002)
def rest_by_hand():
    """Return where one weight comes to rest when ten gradients are clipped at 0.9 each and then averaged."""
    return 0.9 / 9


rest_by_hand.mistake("There the plain mean of the gradients is zero. Is the mean of the clipped ones, too?", 1)
rest_by_hand.mistake("There all nine are content. Does the tenth no longer pull?", 0)
rest_by_hand.mistake("The tenth pulls at 0.9. Against how many others, and who does not stand among them?", 0.09)
rest_by_hand.mistake("At this place nine pull down with full force. Which force has the tenth against them?", 0.9)
rest_by_hand.mistake("The tenth does not pull with its full length: at what is it clipped?", 10 / 9)
rest_by_hand.mistake("That is the mean of the clipped gradients at 0, where theta starts. Where is it zero?", -0.09)
rest_by_hand.mistake("The distance is right, and the side is not. Towards which wish does the tenth pull?", -0.1)
