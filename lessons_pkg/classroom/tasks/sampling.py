"""Tasks of chapter 07: a dial that acts on odds, bugs read off curves, how long one waits, draws with no sum."""

import math

import torch

from ..task import task


@task(tolerance=0.005)
def for_95_percent():
    """Return the temperature that lifts the likelier of two letters from 0.8 to 0.95."""
    return math.log(0.8 / 0.2) / math.log(0.95 / 0.05)


for_95_percent.mistake(
    "The favourite is to grow, so is the dial above 1 or below? You have the power that is put on the odds.",
    math.log(19) / math.log(4),
)
for_95_percent.mistake(
    "You put a power on the probability itself. Which ratio is it that a temperature puts a power on?",
    math.log(0.8) / math.log(0.95),
)
for_95_percent.mistake("You divided one share by the other. How does T stand in the formula for the odds?", 0.8 / 0.95)
for_95_percent.mistake("These are the right odds, divided. Is T a factor on odds, or does it sit elsewhere?", 4 / 19)
for_95_percent.mistake(
    "The right odds, the new ones divided by the old. But a temperature does not multiply odds: what does it do?",
    19 / 4,
)
for_95_percent.mistake(
    "Near, and it is the chapter's example: there the odds of 4 become their square. Which odds does 0.95 need?", 0.5
)
for_95_percent.mistake("You divided the new share by the old. A temperature acts on odds: which are they?", 0.95 / 0.8)
for_95_percent.mistake("You divided the shares of the other letter. A temperature acts on odds: which are they?", 0.25)
for_95_percent.mistake(
    "You have the logarithms of the two odds, one taken from the other. An exponent is found by which operation?",
    math.log(19) - math.log(4),
)


@task()
def culprits():
    """Return the letters of four samplers: upside down, softmax twice, argmax, cut to five letters."""
    return "dbce"


culprits.mistake("One bug leaves no chance at all, one leaves almost nothing else. Which has the entropy of 0?", "dcbe")
culprits.mistake(
    "The curve that you call upside down is the sound one. Turn the dial up: should draws be more alike, or less?",
    "abce",
)
culprits.mistake(
    "Two curves rise with the dial, and you accuse the sound one. How high can entropy go with five letters?", "dbca"
)
culprits.mistake(
    "Probabilities taken for logits are all nearly equal, at every temperature. Which curve hardly moves?", "bdce"
)
culprits.mistake(
    "The sampler that leaves five letters still leaves a choice. Which curve knows of no choice at all?", "dbec"
)
culprits.mistake("These are the four with a bug, from A on. In which order were they asked for?", "bcde")
for answer, hint in {
    "cbde": "Always to take the likeliest leaves nothing to chance. Is there chance in the curve you call so?",
    "ebcd": "With five letters left, a higher dial still gives more entropy. Which curve comes down as it goes up?",
    "decb": "Five letters allow at most the logarithm of five. Which curve stays below that, and moves?",
    "dace": "The curve that you call softmax twice starts near 0. How far apart are probabilities, taken for logits?",
    "dbae": "The curve that you call always the likeliest moves with the dial. Would the likeliest letter?",
}.items():
    culprits.mistake(hint, answer)


@task(tolerance=0.004)
def draws_needed():
    """Return after how many draws a name of probability 1/5,285 has come up with a chance of 95%."""
    return math.log(0.05) / math.log(1 - 1 / 5285)


draws_needed.mistake("That is how long one waits on average. With so many draws, how likely is it to be missing?", 5285)
draws_needed.mistake(
    "You took 95% of the mean waiting time, as if the chance grew by the same amount at each draw. Does it?",
    0.95 * 5285,
)
draws_needed.mistake(
    "After that many draws the name is there with a chance of 5%. Which of the two belongs in the equation?",
    math.log(0.95) / math.log(1 - 1 / 5285),
)
draws_needed.mistake(
    "You divided the mean waiting time by a share. The chance to be missing shrinks at each draw: by which factor?",
    5285 / 0.95,
)
draws_needed.mistake(
    "You divided by the chance of 5% that may be left. But is it a product of n chances, or a sum?", 5285 / 0.05
)
draws_needed.mistake(
    "You took 5% of the mean waiting time. Is the chance to be missing 5% after so few draws?", 0.05 * 5285
)
draws_needed.mistake("So many mean waiting times. How many draws are they?", -math.log(0.05))
draws_needed.mistake("That is a chance. Asked for is a number of draws.", 1 - (1 - 1 / 5285) ** 5285)


def uniform_numbers():
    """Return numbers (8, 4) between 0 and 1, the same ones each time."""
    return torch.rand(8, 4, generator=torch.Generator().manual_seed(3))


@task(lambda: [(torch.tensor([0.0, 0.8, -0.6, 0.4]), uniform_numbers(), T) for T in (1.0, 0.25, 4.0)], points=2)
def race(logits, u, temperature):
    """Return N draws (N,) from the tempered logits (V,): the winners of N races with noise from u (N, V)."""
    return (logits / temperature - (-u.log()).log()).argmax(-1)


def noise(u):
    """Return Gumbel noise."""
    return -(-u.log()).log()


race.mistake(
    "Your winners are the same at every temperature. Is T in the formula, and if it divides the whole sum, who gains?",
    lambda logits, u, temperature: ((logits + noise(u)) / temperature).argmax(-1),
)
race.mistake(
    "Your noise has its sign the wrong way round. For u near 1 it should be large: is it?",
    lambda logits, u, temperature: (logits / temperature - noise(u)).argmax(-1),
)
race.mistake(
    "Your noise has one logarithm. Count those in the formula.",
    lambda logits, u, temperature: (logits / temperature - u.log()).argmax(-1),
)
race.mistake(
    "Your dial is upside down: hot draws go to the favourite. What does a temperature do to a logit?",
    lambda logits, u, temperature: (logits * temperature + noise(u)).argmax(-1),
)
race.mistake(
    "You found the best race for each symbol. Asked for is the best symbol of each race: which axis is V?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).argmax(0),
)
race.mistake(
    "You let probabilities race. They lie between 0 and 1, so the noise wins nearly always: what goes in instead?",
    lambda logits, u, temperature: ((logits / temperature).softmax(-1) + noise(u)).argmax(-1),
)
race.mistake(
    "A number below 1 has a negative logarithm, and a negative number has none. Which sign of the formula is missing?",
    lambda logits, u, temperature: (logits / temperature - u.log().log()).argmax(-1),
)
race.mistake(
    "You return the largest sums. Who has them?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).amax(-1),
)
race.mistake(
    "`max` along an axis returns two things, the largest sums and where they stand. Which one is the draw?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).max(-1),
)
race.mistake(
    "You take the smallest sum. It is the time that is to be short: what does a short time do to the noise?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).argmin(-1),
)
race.mistake(
    "You added the uniform numbers themselves. Which noise is made of them?",
    lambda logits, u, temperature: (logits / temperature + u).argmax(-1),
)
race.mistake(
    "That is one number. Each of the N races has a winner: along which axis are the symbols of one race?",
    lambda logits, u, temperature: (logits / temperature + noise(u)).argmax(),
)
race.mistake(
    "You draw numbers of your own. The noise is to be made of those that are handed in.",
    lambda logits, u, temperature: (logits / temperature + noise(torch.rand_like(u))).argmax(-1),
)
