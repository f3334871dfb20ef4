"""What people read, in their language: catalogues, words for codes, names, dates and times."""

from shared.i18n.choice import choose
from shared.i18n.translator import LANGUAGES, Translator, translator

__all__ = ["LANGUAGES", "Translator", "choose", "translator"]
