"""Two ways to answer a problem's questions without a peer: values that are known, values that are drawn."""
import math
import random


class Given:
    """Answers values looked up by name."""

    def __init__(self, values):
        self.values = values

    def real(self, name, *domain, **more):
        return self.values[name]

    whole = choice = real


class Drawn:
    """Draws uniformly, or uniformly in the logarithm. Keeps what was asked in .asked, what it answered in .values."""

    def __init__(self, draw):
        self.draw, self.values, self.asked = draw, {}, {}

    def keep(self, name, value, *what):
        self.values[name], self.asked[name] = value, what
        return value

    def within(self, low, high, log):
        u = self.draw.uniform(math.log(low), math.log(high)) if log else self.draw.uniform(low, high)
        return min(max(math.exp(u) if log else u, low), high)

    def real(self, name, low, high, log=False, step=None, when=None):
        if step:
            value = round(low + step * self.draw.randint(0, math.floor((high - low) / step + 1e-9)), 9)
        else:
            value = self.within(low, high, log)
        return self.keep(name, value, "real", (low, high), log, step, when)

    def whole(self, name, low, high, log=False, step=1, when=None):
        value = round(self.within(low, high, log)) if log else self.draw.randrange(low, high + 1, step)
        return self.keep(name, value, "whole", (low, high), log, step, when)

    def choice(self, name, values, when=None):
        return self.keep(name, self.draw.choice(values), "choice", values, False, None, when)


def asked_of(problem, draws=200):
    """All that 200 random trials asked for, parents first: enough to meet each branch of these problems."""
    asked, draw = {}, random.Random(0)
    for _ in range(draws):
        ask = Drawn(draw)
        problem.loss(ask)
        for name, what in ask.asked.items():
            asked.setdefault(name, what)
    depth = lambda name: 1 + depth(asked[name][-1][0]) if asked[name][-1] else 0
    return {name: asked[name] for name in sorted(asked, key=depth)}
