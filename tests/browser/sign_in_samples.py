"""The ways in, and a person's passkeys, with something to show on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.access import Actor, Role
from shared.web.passkey_book import Passkey

NOW = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
MIKA = Actor(Role.COORDINATOR, "mika")
SIGN_IN: dict[str, Any] = {"token": "", "invited": None, "accounts": [], "own": "https://matching.example",
                           "passkeys": False}  # fmt: skip
PASSKEYS: dict[str, Any] = {
    "passkeys": [
        Passkey("a" * 64, NOW - timedelta(days=40), NOW - timedelta(hours=3), True),
        Passkey("b" * 64, NOW - timedelta(days=1), None, False),
    ],
    "here": True, "origin": "https://matching.example", "full": False,
}  # fmt: skip
SIGN_IN_PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("sign-in", "matching", "sign_in.html", SIGN_IN | {"token": "tok.en", "invited": MIKA}),
    ("sign-in-how", "matching", "sign_in.html", SIGN_IN),
    ("sign-in-account", "matching", "sign_in.html", SIGN_IN | {"accounts": ["coordinator", "operator"]}),
    ("sign-in-all", "matching", "sign_in.html", SIGN_IN | {"accounts": ["coordinator"], "passkeys": True}),
    ("passkeys", "matching", "passkeys.html", PASSKEYS),
    ("passkeys-full", "matching", "passkeys.html", PASSKEYS | {"full": True}),
    ("passkeys-elsewhere", "matching", "passkeys.html", PASSKEYS | {"passkeys": [], "here": False}),
    ("passkeys-nowhere", "matching", "passkeys.html", PASSKEYS | {"passkeys": [], "here": False, "origin": None}),
]
"""(name, service, template, context)."""
