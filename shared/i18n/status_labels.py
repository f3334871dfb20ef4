"""The words for how the network stands: its services, and its promises as `tsunagu verify` finds them."""

from collections.abc import Mapping

from shared.i18n.step_labels import _

STATUS: Mapping[str, Mapping[str, str]] = {
    "service_state": {
        "ready": _("Working"),
        "waiting": _("Waiting"),
        "silent": _("Silent"),
        "stopped": _("Stopped"),
        "unheard": _("Not heard of yet"),
    },
    "promise": {
        "I1": _("Whatever was told is applied once, or a dead letter"),
        "I2": _("Nothing is applied that was not told"),
        "I3": _("Each document is what its history says"),
        "I4": _("Nothing is left out and nothing comes out of order"),
        "I5": _("Each change is told, always the same"),
        "I6": _("Nobody has too much, and nobody is asked who may not be"),
        "I7": _("Each message comes to one end"),
        "I8": _("What is marked as read is dealt with"),
        "I9": _("Nothing is left to read or to tell"),
        "I10": _("A clock that is wrong does no harm"),
        "I11": _("What is repeated is applied once"),
    },
    "standing": {
        "kept": _("Kept as promised"),
        "broken": _("Broken"),
        "not_yet": _("Work was under way"),
        "not_checked": _("Not checked"),
    },
}  # fmt: skip
