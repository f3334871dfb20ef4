"""Intake's settings: the common ones."""

from shared.settings import Settings


class IntakeSettings(Settings):
    """`max_body`: bytes of an HTTP request."""

    max_body: int = 65_536
