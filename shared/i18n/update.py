"""`python -m shared.i18n.update`: brings the catalogues in line with the texts in the sources.

New texts are added untranslated, texts that are gone are removed; the tests tell what is left to translate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from shared.i18n.translator import DOMAIN, LANGUAGES, SOURCE, path

ROOT = Path(__file__).parents[2]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
HEADER = r"""# The texts of Tsunagu. `python -m shared.i18n.update` adds what is new in the sources.
msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
"""Without the dates and names that gettext has by default: a catalogue changes only when its texts do."""


def collected() -> Catalog:
    """Every text in the sources, in the order of the files."""
    texts = Catalog(domain=DOMAIN)
    for top in ("services", "shared"):
        for file, _line, message, _comments, context in extract_from_dir(ROOT / top, METHODS):
            texts.add(message, None, [(f"{top}/{Path(file).as_posix()}", 0)], context=context)
    return texts


def existing(language: str) -> Catalog:
    with path(language).open("rb") as source:
        return read_po(source, domain=DOMAIN)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalogue if message.id)


def main() -> None:
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = existing(language)
        catalogue.update(collected(), no_fuzzy_matching=True)
        with path(language).open("wb") as target:
            target.write(HEADER.format(language=catalogue.locale_identifier).encode())
            write_po(target, catalogue, width=110, omit_header=True, ignore_obsolete=True)
        left = sum(not all(forms(message.string)) for message in messages(catalogue))
        print(f"{language}: {left} of {len(catalogue)} texts to translate")


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text with a plural has several."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


if __name__ == "__main__":
    main()
