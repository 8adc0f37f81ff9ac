"""A model that hears what it is told to."""

import numpy as np

from agent.hearing import STANDS, Heard
from agent.kinds import KINDS


class Hears:
    """A model that hears what it is told to."""

    def __init__(self, stands=(), kind="request", near=(), sure=0.97):
        self._stands, self._kind, self._near, self._sure, self.texts = stands, kind, near, sure, []

    def near(self, text):
        return self._near

    def hear(self, text):
        self.texts.append(text)
        return told(self._stands, self._kind, self._sure)


def told(stands, kind, sure=0.97):
    rows = np.full((len(stands), 3), 0.05)
    for place, stand in enumerate(stands):
        rows[place, STANDS.index(stand)] = 0.9
    kinds = np.full(len(KINDS), (1 - sure) / 11)
    kinds[KINDS.index(kind)] = sure
    return Heard(rows, kinds)
