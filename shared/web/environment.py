"""Jinja as pages and mail use it. What depends on the reader comes with each rendering."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup

from shared.i18n import Translator, labels, names, when


def environment(*template_dirs: Path) -> Environment:
    """A name that is missing is an error, and in HTML everything is escaped."""
    return Environment(
        loader=FileSystemLoader(template_dirs),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def helpers(texts: Translator) -> dict[str, Callable[..., str]]:
    """What every template may call, in the language of its reader."""

    @pass_eval_context
    def gettext(context: EvalContext, message: str, **values: Any) -> str:
        return _filled(texts.gettext(message), values, html=bool(context.autoescape))

    @pass_eval_context
    def ngettext(context: EvalContext, singular: str, plural: str, count: int, **values: Any) -> str:
        filled = {"count": count, **values}
        return _filled(texts.ngettext(singular, plural, count), filled, html=bool(context.autoescape))

    return {
        "_": gettext,
        "ngettext": ngettext,
        "label": lambda kind, code: labels.label(kind, code, texts),
        "label_category": lambda code: names.category(code, texts),
        "label_place": lambda code: names.place(code, texts),
        "label_language": lambda tag: names.language(tag, texts),
        "label_languages": lambda tags: texts.gettext(", ").join(names.language(tag, texts) for tag in tags),
        "when": lambda value: when.when(value, texts),
        "amount": lambda value: format_decimal(value, locale=texts.locale),
        "remaining": lambda until, now: when.remaining(until, now, texts),
    }


def _filled(message: str, values: dict[str, Any], *, html: bool) -> str:
    """The values put into the text, escaped in a page. The texts themselves are ours and may hold markup."""
    text = Markup(message) if html else message
    return text % values if values else text
