"""Bugs, to be planted in a run: each is what somebody might have written instead, or a part left out.

They replace pieces of the product while one seed is played; nothing in the product knows of them.
"""

from tests.delivery.sim.plants import deciding, keeping, reading
from tests.delivery.sim.plants.planting import PLANTS, planted

__all__ = ["PLANTS", "deciding", "keeping", "planted", "reading"]
