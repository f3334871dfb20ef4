"""Gettext catalogues, read from their .po files at first use. The message ids are the English texts."""

from dataclasses import dataclass, field
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "tsunagu"
LOCALES = Path(__file__).parent / "locale"
SOURCE = "en"
LANGUAGES = MappingProxyType({"ja": "日本語", "ja-simple": "やさしい日本語", "en": "English", "vi": "Tiếng Việt"})
"""What a page can be read in, in the order of the language switch, each under the name it has for itself."""
TAGS = MappingProxyType({"ja-simple": "ja"})
"""BCP 47 for `lang` and Content-Language, where it isn't our own code."""
CLDR = MappingProxyType({"ja-simple": "ja", "en": "en_GB"})
"""Whose dates and names of languages: British English has the day before the month and 24 hours."""


@dataclass(frozen=True)
class Translator:
    """Texts in `language`: the one that was `asked` for, or English where it has no catalogue."""

    asked: str
    language: str
    catalogue: NullTranslations = field(repr=False)

    @property
    def fell_back(self) -> bool:
        return self.asked != self.language

    @property
    def notice(self) -> str | None:
        """What to tell a reader who gets English instead. In English, like all that follows."""
        if not self.fell_back:
            return None
        name = language_in_cldr(self.asked, self.locale)
        return f"We have no translation into {name} yet, so this is in English."

    @property
    def tag(self) -> str:
        return TAGS.get(self.language, self.language)

    @property
    def locale(self) -> Locale:
        return Locale.parse(CLDR.get(self.language, self.language))

    @property
    def direction(self) -> str:
        return self.locale.text_direction

    def gettext(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.catalogue.ngettext(singular, plural, count)


def translator(language: str) -> Translator:
    """The texts for a reader of this language (one of ours, or any other BCP 47 tag)."""
    if language in LANGUAGES:
        return Translator(language, language, _catalogue(language))
    nearest = language.split("-", maxsplit=1)[0].lower()
    if nearest in LANGUAGES:  # en-GB, vi-VN, ja-Hira
        return Translator(nearest, nearest, _catalogue(nearest))
    return Translator(language, SOURCE, _catalogue(SOURCE))


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with path(language).open("rb") as source:
        write_mo(compiled, read_po(source, domain=DOMAIN))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_in_cldr(tag: str, reader: Locale) -> str:
    """What a reader calls a language: `ne` is Nepali, ネパール語, Tiếng Nepal. An unknown tag stays."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(reader) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
