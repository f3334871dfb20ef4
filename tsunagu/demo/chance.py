"""Chance that is the same each time: a throw depends on what it is about, and on nothing thrown before."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(*about: object) -> Random:
    """Dice for one matter. Python seeds them with the SHA-512 of a text: the same on every platform."""
    return Random("/".join(map(str, about)))


def pick(luck: Random, weights: Mapping[T, int]) -> T:
    """One of the keys, as likely as its weight."""
    return luck.choices(list(weights), list(weights.values()))[0]


def shuffled(luck: Random, items: list[T]) -> list[T]:
    """The same items in another order."""
    return luck.sample(items, len(items))
