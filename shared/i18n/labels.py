"""The words for codes. A code without words is shown as it is, so that a new one is seen and not lost."""

from types import MappingProxyType

from shared.i18n.letter_labels import LETTERS
from shared.i18n.status_labels import STATUS
from shared.i18n.step_labels import STEPS, _
from shared.i18n.translator import Translator

LABELS = MappingProxyType(
    {
        **STEPS,
        **LETTERS,
        **STATUS,
        "role": {
            "partner": _("Partner organisation"),
            "resident": _("Resident"),
            "supporter": _("Supporter"),
            "coordinator": _("Coordinator"),
            "operator": _("Operator"),
            "auditor": _("Auditor"),
            "network": _("The network"),
        },
        "mode": {
            "in_person": _("In person"),
            "phone": _("By phone"),
            "online": _("Online"),
        },
        "urgency": {
            "routine": _("Not urgent"),
            "soon": _("Soon, please"),
            "urgent": _("Urgent"),
        },
        "offer": {
            "asking": _("About to be asked"),
            "open": _("Waiting for the answer"),
            "offered": _("Waiting for the answer"),
            "answered": _("Answer received"),
            "accepted": _("Accepted"),
            "declined": _("Declined"),
            "expired": _("Not answered in time"),
            "withdrawn": _("No longer needed"),
            "taken": _("Taken by another supporter"),
            "preempted": _("Taken by another supporter"),
            "assigned": _("Assigned"),
            "refused": _("Not free"),
            "undelivered": _("Could not be reached"),
            "reported": _("Reported"),
            "dropped_out": _("Handed back"),
            "not_eligible": _("We ask someone else"),
            "amended": _("The request was changed"),
            "reassigned": _("A coordinator gave it to someone else"),
            "report_too_late": _("Your report came too late"),
        },
        "case": {
            "asking": _("Supporters are being asked"),
            "escalated": _("Needs a decision"),
            "assigned": _("Assigned"),
            "completed": _("Completed"),
            "unserved": _("Could not be served"),
            "withdrawn": _("Withdrawn"),
            "closed": _("Closed"),
        },
        "referral": {
            "draft": _("Draft"),
            "requested": _("Requested"),
            "accepted": _("Accepted"),
            "rejected": _("Not accepted"),
            "cancelled": _("Cancelled"),
            "in-progress": _("In progress"),
            "on-hold": _("On hold"),
            "failed": _("Could not be served"),
            "completed": _("Completed"),
            "entered-in-error": _("Entered in error"),
        },
        "decline": {
            "no_time": _("I have no time then"),
            "too_far": _("It is too far for me"),
            "not_my_field": _("I do not know enough about this"),
            "know_the_resident": _("I may know the person"),
            "other": _("Another reason"),
        },
        "drop_out": {
            "ill": _("I am ill"),
            "no_time": _("I have no time after all"),
            "reassigned": _("A coordinator gave it to someone else"),
            "amended": _("The partner changed it: it now needs someone else"),
            "supporter_erased": _("The supporter has left"),
            "other": _("Another reason"),
        },
        "outcome": {
            "resolved": _("Resolved"),
            "partly_resolved": _("Partly resolved"),
            "referred_on": _("Passed on to someone else"),
            "not_resolved": _("Not resolved"),
            "no_show": _("The person did not come"),
        },
        "escalation": {
            "nobody_speaks_it": _("Nobody speaks the language"),
            "no_specialist": _("No licensed specialist"),
            "nobody_takes_it": _("Nobody takes this category"),
            "too_far": _("All too far away"),
            "all_at_cap": _("All are fully occupied"),
            "all_declined": _("All have declined"),
            "nobody_free": _("Nobody is free"),
            "not_reached": _("No message reached anybody"),
        },
        "escalation_why": {
            "nobody_speaks_it": _("No supporter in the network speaks any of the languages asked for."),
            "no_specialist": _("Only licensed people may do this, and none of them speaks the language."),
            "nobody_takes_it": _("None of those who speak the language take on this category."),
            "too_far": _("All who speak the language live farther away than they want to travel."),
            "all_at_cap": _("Everybody who could do it already has as many cases as they want."),
            "all_declined": _("Everybody who could do it has been asked and has declined or not answered."),
            "nobody_free": _("Everybody who could do it is pausing, occupied or has been asked already."),
            "not_reached": _("Nobody of those who were asked could be reached: look at their addresses."),
        },
        "not_done": {
            "not_open": _("This case is closed: nothing more can be done with it."),
            "given_meanwhile": _("This case has just been given to somebody else."),
            "not_escalated": _("Supporters are being asked already, or somebody has taken this case."),
            "unknown_supporter": _("This supporter is not on the roster: choose one who is."),
            "not_eligible": _("This supporter may not take this case: choose another."),
        },
        "exclusion": {
            "language": _("Does not speak the language"),
            "category": _("Does not take on this category"),
            "licence": _("Has no licence for this work"),
            "distance": _("Lives too far away"),
            "full": _("Is fully occupied"),
            "paused": _("Is pausing"),
            "inactive": _("Is no longer active"),
            "asked": _("Has been asked already"),
        },
    }
)  # fmt: skip


def label(kind: str, code: str, texts: Translator) -> str:
    """The words for a code of this kind (`mode`, `urgency`, `offer`, `case`, …)."""
    words = LABELS[kind].get(code)
    return texts.gettext(words) if words else code.replace("_", " ")
