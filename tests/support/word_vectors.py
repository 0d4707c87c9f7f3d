"""Vectors made of words, for tests with vector stores: no model, no network."""

import hashlib

__all__ = ["N_DIMENSIONS", "vector_of"]

N_DIMENSIONS = 32


def vector_of(text):
    """A vector that depends on the words of a text: equal words, equal direction."""
    sums = [0.0] * N_DIMENSIONS
    for word in text.lower().split():
        digest = hashlib.sha256(word.encode()).digest()
        sums[digest[0] % N_DIMENSIONS] += 1.0 if digest[1] % 2 else -1.0
    length = sum(value * value for value in sums) ** 0.5 or 1.0
    return [value / length for value in sums]
