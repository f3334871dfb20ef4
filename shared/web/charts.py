"""The arithmetic behind the pictures; the drawing itself is in macros.html."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.i18n import Translator, names
from shared.region import municipalities

WIDTH, HEIGHT, GAP = 66, 54, 3
SHADES = 5
LONGEST_LINE = {"ja": 4, "en": 9}
"""Characters of a name that fit into a tile; longer ones go on two lines."""
FIRST_WORDS = ("Hitachi", "Kasumi", "Kita", "Sakura", "Shimo", "Tsukuba")
"""Where a long name of this region is put on two lines; others are in their middle."""


class Tile(NamedTuple):
    code: str
    name: str
    lines: tuple[str, ...]
    value: int
    shade: int
    x: int
    y: int


class TileMap(NamedTuple):
    tiles: tuple[Tile, ...]
    width: int
    height: int
    steps: tuple[int, ...]
    most: Tile
    total: int


class Bar(NamedTuple):
    label: str
    value: int
    percent: float


def tile_map(values: Mapping[str, int], texts: Translator) -> TileMap:
    """The region as a grid of municipalities, each shaded by its number; 0 for those without one."""
    known = {code: values.get(code, 0) for code in municipalities()}
    steps = shades(max(known.values()))
    tiles = []
    for code, place in municipalities().items():
        value = known[code]
        column, row = place.tile
        short = place.name_ja[:-1] if texts.tag == "ja" else place.name_en
        tiles.append(
            Tile(
                code=code,
                name=names.place(code, texts),
                lines=_lines(short, LONGEST_LINE["ja" if texts.tag == "ja" else "en"]),
                value=value,
                shade=sum(value >= step for step in steps),
                x=column * (WIDTH + GAP),
                y=row * (HEIGHT + GAP),
            )
        )
    return TileMap(
        tiles=tuple(tiles),
        width=max(tile.x for tile in tiles) + WIDTH,
        height=max(tile.y for tile in tiles) + HEIGHT,
        steps=steps,
        most=max(tiles, key=lambda tile: tile.value),
        total=sum(tile.value for tile in tiles),
    )


def shades(most: int) -> tuple[int, ...]:
    """Where each shade begins, by equal factors rather than steps: a few places have most of the cases."""
    if most <= SHADES:
        return tuple(range(1, most + 1))
    return (1, *sorted({_round(most ** (part / SHADES)) for part in range(1, SHADES)}))


def bars(rows: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """Lengths in percent of the longest, in the order given."""
    most = max((count for _, count in rows), default=0) or 1
    return tuple(Bar(label, count, round(100 * count / most, 1)) for label, count in rows)


def _round(value: float) -> int:
    """To one leading digit and a half: 2, 3, 10, 15, 40, 45, 150, …"""
    unit: int = 10 ** (len(str(int(value))) - 1)
    return max(2, round(2 * value / unit) * unit // 2)


def _lines(name: str, longest: int) -> tuple[str, ...]:
    if len(name) <= longest:
        return (name,)
    middle = next((len(word) for word in FIRST_WORDS if name.startswith(word)), -(-len(name) // 2))
    return (name[:middle], name[middle:])
