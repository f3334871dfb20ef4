"""Plain text as HTML with its web addresses as links, and nothing else."""

import re

from markupsafe import Markup, escape

# Ends before what closes a sentence or a bracket, in Latin and Japanese writing.
_ADDRESS = re.compile(r"https?://[^\s<>\"'（）「」『』【】、。]+[^\s<>\"'（）「」『』【】、。.,;:!?)\]}]")


def with_links(text: str) -> Markup:
    """`text`, escaped, with its http and https addresses as links that open in a new tab."""
    pieces: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        pieces += [escape(text[end : found.start()]), _link(found.group())]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(address)
