"""What a reader calls categories, municipalities and languages. A code that nobody knows stays itself."""

from shared.i18n.translator import LANGUAGES, Translator, language_in_cldr
from shared.region import categories, languages, municipalities


def category(code: str, texts: Translator) -> str:
    known = categories().get(code)
    if known is None:
        return code
    return str(getattr(known, f"name_{texts.language.replace('-', '_')}"))


def place(code: str, texts: Translator) -> str:
    """In easy Japanese with its reading, as few names of places can be guessed from their characters."""
    known = municipalities().get(code)
    if known is None:
        return code
    if texts.language == "ja-simple":
        return f"{known.name_ja}（{known.kana}）"
    return known.name_ja if texts.tag == "ja" else known.name_en


def language(tag: str, texts: Translator) -> str:
    known = languages().get(tag)
    if known is not None and texts.tag in ("ja", "en"):
        return known.name_ja if texts.tag == "ja" else known.name_en
    return LANGUAGES[tag] if tag == "ja-simple" else language_in_cldr(tag, texts.locale)
