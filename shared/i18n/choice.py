"""Which language a page is in: what its reader asked for, else what their browser says, else English."""

import re

from shared.i18n.translator import LANGUAGES, SOURCE

TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
LONGEST_HEADER = 300


def choose(asked: str | None, accept_language: str | None) -> str:
    """`asked` is `?lang=` and wins, even where we can only answer it in English (and then say so)."""
    if asked and TAG.fullmatch(asked):
        return asked
    wanted = _preferences(accept_language or "")
    for tag in wanted:
        if tag in LANGUAGES:
            return tag
        if (nearest := tag.split("-", maxsplit=1)[0].lower()) in LANGUAGES:
            return nearest
    return wanted[0] if wanted else SOURCE


def _preferences(header: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first. What cannot be read is left out."""
    weighted: list[tuple[float, str]] = []
    for part in header[:LONGEST_HEADER].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0 and TAG.fullmatch(tag):
            weighted.append((quality, tag))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
