"""The words for steps and states along the way of a referral, for each of those who look at it."""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for the catalogues; it is translated when it is shown."""
    return text


PARTNERS: Mapping[str, Mapping[str, str]] = {
    "step": {
        "accepted": _("The network has taken the referral"),
        "rejected": _("The network did not take this message"),
        "amended": _("The referral was changed"),
        "offered": _("A supporter has been asked"),
        "assigned": _("A supporter has accepted"),
        "released": _("The supporter cannot do it after all; others are being asked"),
        "resumed": _("A coordinator is having supporters asked again"),
        "escalated": _("Nobody is left to ask; a coordinator is looking at it"),
        "completed": _("Done"),
        "failed": _("It could not be served"),
        "cancelled": _("The referral was cancelled"),
        "erased": _("The resident's data was erased"),
    },
    "step_means": {
        "accepted": _("The network begins to look for a supporter."),
        "rejected": _("Nothing has changed. Correct what is named and send it again."),
        "amended": _("What you changed holds from now on. Whoever was asked is asked anew."),
        "offered": _("Supporters who fit get a message. The resident's name is not in it."),
        "assigned": _("The supporter can now see who it is, and gets in touch."),
        "released": _("That supporter can no longer see who it is."),
        "resumed": _("Everybody who fits is asked, also those who joined in the meantime."),
        "escalated": _("The coordinator looks for another way, and decides."),
        "completed": _("The supporter has helped and has reported."),
        "failed": _("The network has stopped looking."),
        "cancelled": _("Whoever was asked has been told."),
        "erased": _("Nobody can open it any more. Numbers without names are kept."),
    },
    "step_ahead": {
        "offered": _("Supporters are asked"),
        "assigned": _("A supporter accepts"),
        "completed": _("The supporter has helped and reports"),
    },
    "next": {
        "accepted": _("Supporters are being asked. The first who accepts takes it."),
        "in-progress": _("The supporter gets in touch with the resident, helps, and reports."),
        "on-hold": _("A coordinator decides: asks again, finds somebody, or gives it up. You are told."),
        "completed": _("Nothing more: it is done."),
        "failed": _("Nothing more here. You may help the resident in another way."),
        "cancelled": _("Nothing more: it is over."),
        "rejected": _("Correct what is named below and send it again."),
    },
    "withdrawal": {
        "not_needed": _("No longer needed"),
        "solved_otherwise": _("Solved in another way"),
        "resident_declined": _("The resident does not want it"),
        "moved_away": _("The resident has moved away"),
        "duplicate": _("Published twice"),
        "entered_in_error": _("Entered in error"),
        "other": _("Another reason"),
    },
}
"""`next`: by state, what is to be expected."""

RESIDENTS: Mapping[str, Mapping[str, str]] = {
    "my_state": {
        "accepted": _("We are looking for someone who speaks your language"),
        "in-progress": _("Someone is helping you"),
        "on-hold": _("We are looking for another way to help you"),
        "completed": _("Your request is done"),
        "failed": _("We could not find anyone to help you"),
        "cancelled": _("Your request has ended"),
    },
    "my_next": {
        "accepted": _("You need do nothing now. When someone says yes, they will contact you."),
        "in-progress": _("This person speaks your language and will contact you."),
        "on-hold": _("A coordinator is looking at your request. You need do nothing now."),
        "completed": _("If you need help again, tell the organisation that you talked to."),
        "failed": _("We are sorry. Please ask the organisation that you talked to what else you can do."),
        "cancelled": _("If you need help again, tell the organisation that you talked to."),
    },
    "who_has_it": {
        "accepted": _("The network: it is asking supporters"),
        "in-progress": _("A supporter"),
        "on-hold": _("A coordinator"),
    },
    "my_step": {
        "accepted": _("Your request has come in"),
        "amended": _("Your request was changed"),
        "offered": _("We asked people who speak your language"),
        "assigned": _("Someone said yes"),
        "released": _("That person cannot do it. We are asking others"),
        "resumed": _("We are asking again"),
        "escalated": _("Nobody could do it. A coordinator is looking at it"),
        "completed": _("Done"),
        "failed": _("We could not find anyone"),
        "cancelled": _("Your request has ended"),
        "erased": _("Your data was erased"),
    },
    "my_step_ahead": {
        "offered": _("We ask people who speak your language"),
        "assigned": _("Someone says yes and contacts you"),
        "completed": _("You get help"),
    },
}

OTHERS: Mapping[str, Mapping[str, str]] = {
    "case_step": {
        "opened": _("The case came in"),
        "amended": _("The partner changed it"),
        "asked": _("Asked"),
        "refused": _("Not free"),
        "undelivered": _("Could not be reached"),
        "declined": _("Declined"),
        "expired": _("Not answered in time"),
        "assigned": _("Accepted and assigned"),
        "appointed": _("Assigned by a coordinator"),
        "released": _("Handed back"),
        "escalated": _("Nobody is left to ask: a coordinator decides"),
        "resumed": _("A coordinator has everybody asked again"),
        "completed": _("Reported: done"),
        "unserved": _("Given up by a coordinator"),
        "closed": _("Closed"),
    },
    "offer_step": {
        "open": _("You were asked"),
        "answered": _("You said yes"),
        "declined": _("You said no"),
        "assigned": _("It is yours"),
        "taken": _("Another supporter took it"),
        "withdrawn": _("It is no longer needed"),
        "not_eligible": _("We ask someone else"),
        "amended": _("The request was changed"),
        "reassigned": _("A coordinator gave it to someone else"),
        "report_too_late": _("Your report came too late"),
        "expired": _("Not answered in time"),
        "reported": _("You reported"),
        "dropped_out": _("You handed it back"),
        "reminded": _("We reminded you of the report"),
    },
    "offer_step_ahead": {
        "answered": _("You say yes or no"),
        "assigned": _("We tell you whether you are helping"),
        "reported": _("You tell us how it went"),
    },
    "opening": {
        "taken_in": _("Taken in, to be kept under a key of its own"),
        "mail": _("To send a mail"),
        "page": _("To show it to the one who helps"),
        "contact_lost": _("Contact was lost"),
        "partner_asks": _("The partner asks"),
        "complaint": _("A complaint"),
        "other": _("Another reason"),
        "letter": _("To look into a dead letter"),
        "replayed": _("A dead letter was published again"),
        "discarded": _("A dead letter was given up"),
        "released": _("A stuck document was released"),
        "limit_lifted": _("A stopped service was let go on"),
        "key_added": _("An API key was made"),
        "key_ends": _("An API key was given an end"),
        "key_retired": _("An API key was retired"),
        "passkey_added": _("A passkey was added"),
        "passkey_removed": _("A passkey was removed"),
    },
}
"""Of matching's cases, of a supporter's offer; why somebody's data was opened."""

STEPS: Mapping[str, Mapping[str, str]] = {**PARTNERS, **RESIDENTS, **OTHERS}
