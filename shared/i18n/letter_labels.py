"""The words for dead letters: why, what to do about it, and what became of them."""

from collections.abc import Mapping

from shared.i18n.step_labels import _

LETTERS: Mapping[str, Mapping[str, str]] = {
    "letter_reason": {
        "no_key": _("No key"),
        "header": _("Unreadable header"),
        "envelope": _("Incomplete envelope"),
        "unknown_type": _("Unknown type"),
        "payload": _("Content does not fit"),
        "too_large": _("Too large"),
        "refused": _("Refused"),
        "stuck": _("Waits with a stuck document"),
    },
    "letter_means": {
        "no_key": _("Nobody knows whose it is. Its sender must send it anew, with a key."),
        "header": _("A header is empty or is no text. Its sender must send it anew."),
        "envelope": _("An attribute of the envelope is missing or malformed. Its sender must send it anew."),
        "unknown_type": _("This version knows no such thing. A newer version may: start it, then publish this again."),
        "payload": _("The sender was told what to change. If our own rule was wrong: correct it, then publish this again."),
        "too_large": _("It is larger than a record may be. Its sender must send less."),
        "refused": _("It was read and refused, and the sender was told why. There is nothing to publish again."),
        "stuck": _(
            "Our code could not continue this document. What follows waits in its order. "
            "Start a corrected version, then release the document."
        ),
    },
    "letter_state": {
        "open": _("Open"),
        "replayed": _("Published again"),
        "discarded": _("Given up"),
        "released": _("Released"),
    },
    "letter_why": {
        "sent_anew": _("Its sender has sent it anew"),
        "obsolete": _("Nobody needs it any more"),
        "test": _("It was a test"),
        "unwanted": _("It should never have been sent"),
        "other": _("Another reason"),
    },
}  # fmt: skip
