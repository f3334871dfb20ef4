"""A case: decide, evolve, due. States are HL7's ten; what the network knows beyond them is in `shared.events.matches`."""

from datetime import datetime
from typing import Any, ClassVar

from services.intake.domain.admission import problems
from services.intake.domain.commands import Amend, Erase, Publish, Reject, Withdraw
from shared.events import cases, matches, updates
from shared.events.base import Event, Frozen, Token
from shared.events.cases import CaseAccepted, CaseAmended, CaseClosed, CaseErased, CaseWithdrawn
from shared.events.updates import State
from shared.kernel.decider import Context, Decision, Refused, decider

FINAL = ("cancelled", "completed", "failed")


class Case(Frozen):
    """`content`: hash of the last content taken. `state` None: nothing was ever accepted under this reference.

    `since`: when it came into this state. `category`, `municipality`, `languages`: as last asked for.
    """

    org: str = ""
    reference: str = ""
    category: str = ""
    municipality: str = ""
    languages: tuple[str, ...] = ()
    state: State | None = None
    since: datetime | None = None
    content: str = ""
    offered: bool = False
    received_at: datetime | None = None
    erased: bool = False


class Took(Event):
    """The journal's own: the content that was last taken, to tell a repeat from a change."""

    type: ClassVar[str] = "tsunagu.intake.took.v1"

    content: Token


def decide(case: Case, asked: Any, context: Context) -> Decision:
    match asked:
        case Erase():
            return _erase(case, context)
        case Publish() if case.erased:
            return _refuse(case, asked, context, "erased", "who this reference named was erased: use a new reference")
        case Amend():
            return _amend(case, asked, context)
        case Publish():
            return _publish(case, asked, context)
        case Withdraw():
            return _withdraw(case, asked, context)
        case Reject():
            return [_update(updates.Rejected, case, context, state=case.state or "rejected", org=asked.org,
                            reference=asked.reference, reason=asked.code, message=asked.message,
                            about=asked.record)]  # fmt: skip
        case matches.MatchEvent() if case.state not in FINAL:
            return _matched(case, asked, context)
    return []


def _publish(case: Case, asked: Publish, context: Context) -> Decision:
    if case.state is not None:
        if asked.content == case.content:
            return []
        return _refuse(
            case, asked, context, "reference_used",
            f"the reference {asked.referral.reference} already names another referral: "
            "publish `amended` to change it, or use a new reference",
        )  # fmt: skip
    if flaws := problems(asked.referral, context.now):
        return _refuse(case, asked, context, flaws[0].code, flaws[0].message)
    return [
        _accepted(CaseAccepted, asked, context),
        Took(content=asked.content),
        _update(updates.Accepted, case, context, "accepted", org=asked.org,
                reference=asked.referral.reference, about=asked.record),
    ]  # fmt: skip


def _amend(case: Case, asked: Amend, context: Context) -> Decision:
    if case.state is None or case.state in FINAL:
        return _refuse(case, asked, context, *_nothing_open(case, asked.referral.reference, "amended"))
    if asked.content == case.content:
        return []
    if flaws := problems(asked.referral, context.now):
        return _refuse(case, asked, context, flaws[0].code, flaws[0].message)
    return [
        _accepted(CaseAmended, asked, context),
        Took(content=asked.content),
        _update(updates.Amended, case, context, case.state, about=asked.record),
    ]


def _withdraw(case: Case, asked: Withdraw, context: Context) -> Decision:
    if case.state == "cancelled":
        return []
    if case.state is None or case.state in FINAL:
        return _refuse(case, asked, context, *_nothing_open(case, asked.reference, "withdrawn"))
    return [
        CaseWithdrawn(case=context.key, reason=asked.reason),
        _update(updates.Cancelled, case, context, "cancelled", reason=asked.reason, about=asked.record),
    ]


def _erase(case: Case, context: Context) -> Decision:
    if case.erased:
        return []
    if case.state is None:
        return [Refused("never_published", "nothing was ever accepted under this reference")]
    state: State = case.state if case.state in FINAL else "cancelled"
    return [CaseErased(case=context.key), _update(updates.Erased, case, context, state, reason="erased")]


def _nothing_open(case: Case, reference: str, done: str) -> tuple[str, str]:
    if case.state is None:
        return "never_published", f"nothing was published under {reference}: publish it before it can be {done}"
    return "already_closed", f"{reference} is {case.state} and can no longer be {done}: publish a new reference"


def _matched(case: Case, told: matches.MatchEvent, context: Context) -> Decision:
    match told:
        case matches.Offered() if not case.offered:
            return [_update(updates.Offered, case, context, case.state or "accepted")]
        case matches.Assigned():
            return [_update(updates.Assigned, case, context, "in-progress")]
        case matches.Released():
            return [_update(updates.Released, case, context, "accepted", reason=told.reason)]
        case matches.Escalated():
            return [_update(updates.Escalated, case, context, "on-hold", reason=told.reason)]
        case matches.Resumed():
            return [_update(updates.Resumed, case, context, "accepted")]
        case matches.Completed():
            return [
                CaseClosed(case=context.key, outcome=told.outcome),
                _update(updates.Completed, case, context, "completed", outcome=told.outcome, minutes=told.minutes),
            ]  # fmt: skip
        case matches.Unserved():
            return [
                CaseClosed(case=context.key, reason=told.reason),
                _update(updates.Failed, case, context, "failed", reason=told.reason),
            ]
    return []


def _accepted(made: type[CaseAccepted], asked: Publish, context: Context) -> CaseAccepted:
    referral = asked.referral.model_dump(exclude={"consent"}, by_alias=True)
    return made(case=context.key, org=asked.org, received_at=context.now, **referral)


def _refuse(case: Case, asked: Any, context: Context, code: str, message: str) -> Decision:
    reference = asked.reference if isinstance(asked, Withdraw) else asked.referral.reference
    return [
        Refused(code, message),
        _update(updates.Rejected, case, context, case.state or "rejected", org=asked.org, reference=reference,
                reason=code, message=message, about=asked.record),
    ]  # fmt: skip


def _update(made: type[updates.Update], case: Case, context: Context, state: State, **more: Any) -> updates.Update:
    return made(**{"org": case.org, "reference": case.reference, **more}, case=context.key, state=state, at=context.now)


def evolve(case: Case, event: Any) -> Case:
    match event:
        case CaseAccepted():
            return case.model_copy(update={
                "org": event.org, "reference": event.reference, "received_at": event.received_at,
                "category": event.category, "municipality": event.municipality, "languages": event.languages,
            })  # fmt: skip
        case Took():
            return case.model_copy(update={"content": event.content})
        case CaseErased():
            return case.model_copy(update={"erased": True, "content": ""})
        case updates.Rejected():
            return case
        case updates.Offered():
            return case.model_copy(update={"offered": True, **_moved(case, event)})
        case updates.Update():
            return case.model_copy(update=_moved(case, event))
    return case


def _moved(case: Case, event: updates.Update) -> dict[str, Any]:
    return {} if event.state == case.state else {"state": event.state, "since": event.at}


def due(case: Case) -> datetime | None:
    return None


CASE = decider(Case, decide, evolve, due, (*cases.EVENTS, *updates.EVENTS, Took), number=2)
