"""How pages look: one base, one style sheet, a few macros, and no script. `Pages` renders them."""

from shared.web.pages import STATIC, Pages, language_of, with_language

__all__ = ["STATIC", "Pages", "language_of", "with_language"]
