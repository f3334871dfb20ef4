"""Mail to supporters, put into words. Pure: what leaves the house is up to the outlet.

The email package's older classes are used on purpose: its newer policies parse each header again, five times slower.
A mail says what, where, when and in which language; who it is for stands on the page behind the link alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from services.notify.domain.offers import LATE
from shared.events.responses import MessageKind
from shared.i18n import Translator, translator
from shared.web.environment import environment, helpers

POLICY = compat32.clone(linesep="\r\n", max_line_length=998)
"""As on the wire. RFC 5322's longest line: shorter ones would break a long link in a header."""
TEMPLATES = Path(__file__).parent / "templates" / "mail"


def _(text: str) -> str:
    """Marks a text for the catalogues; it is translated for its reader."""
    return text


class Wording(NamedTuple):
    """`subject` names the category and the place. `action` says what the link is for; None: no link."""

    subject: str
    opening: str
    closing: str
    action: str | None = None


@dataclass(frozen=True)
class Mail:
    kind: MessageKind
    case: str
    link: str
    subject: str
    text: str
    html: str


NOTHING_TO_DO = _("There is nothing you need to do. Thank you for being there.")
WORDING: dict[str, Wording] = {
    "offer": Wording(
        _("Can you help? %(category)s, %(place)s"),
        _("Someone needs help in a language you speak. Would you like to take it?"),
        _("You are free to say no. Then we ask someone else, and that is quite all right."),
        _("Look at it and answer"),
    ),
    "confirmed": Wording(
        _("You are helping: %(category)s, %(place)s"),
        _("Thank you! You are the one who helps. On your page you see who it is and how to reach them."),
        _("Please get in touch with them soon. If you cannot do it after all, tell us on the same page."),
        _("Open your page"),
    ),
    "taken": Wording(
        _("Another supporter is helping: %(category)s, %(place)s"),
        _("This time another supporter helps. We ask you again when you are needed."),
        NOTHING_TO_DO,
    ),
    "reminder": Wording(
        _("How did it go? %(category)s, %(place)s"),
        _("Thank you for your help. Please tell us in two answers how it went."),
        _("It takes a minute. With it the organisation that asked knows that the person was helped."),
        _("Write the report"),
    ),
    "withdrawn": Wording(
        _("No longer needed: %(category)s, %(place)s"),
        _("The organisation that asked for this help does not need it any more."),
        NOTHING_TO_DO,
    ),
}
AMENDED = Wording(
    _("Changed: %(category)s, %(place)s"),
    _("The organisation that asked for your help has changed something."),
    _("On your page you see all of it as it is now. If you cannot do it any more, tell us there."),
    _("Open your page"),
)
CLOSED = Wording(
    _("This is closed: %(category)s, %(place)s"),
    _("The matter is closed, so nobody is needed for it any more."),
    NOTHING_TO_DO,
)
WITHDRAWN: dict[str, Wording] = {
    "amended": Wording(
        _("Changed: %(category)s, %(place)s"),
        _("The organisation has changed what it needs, so this request is over."),
        _("If you can help with the new one, you get a mail of its own: please answer that one."),
    ),
    "erased": CLOSED,
    "expired": Wording(
        _("The time to answer is over: %(category)s, %(place)s"),
        _("We have not heard from you in time and are asking someone else. That is quite all right."),
        _("If you would like us to ask you less often, choose a rest the next time we ask you."),
    ),
    "closed": CLOSED,
    "not_eligible": Wording(
        _("We ask someone else: %(category)s, %(place)s"),
        _("Thank you for saying yes. By our roster this needs a language or a licence that is not among yours."),
        _("If the roster is wrong, please tell the coordinator."),
    ),
    "reassigned": Wording(
        _("Someone else has taken this over: %(category)s, %(place)s"),
        _("A coordinator has given this to someone else."),
        NOTHING_TO_DO,
    ),
    LATE: Wording(
        _("Your report came too late: %(category)s, %(place)s"),
        _("This was changed or over before your report arrived, so the report does not count."),
        _("If you have helped already, please tell your coordinator."),
    ),
}


def compose(
    kind: MessageKind,
    language: str,
    *,
    offer: Any,
    link: str,
    org_name: str | None = None,
    reason: str | None = None,
    changed: Collection[str] | None = None,
) -> Mail:
    """`offer` is the page's view model. `reason` is why an offer was withdrawn (OfferWithdrawn.reason). `changed`: which
    fields of what the reader has taken are others now; None: this is no news of that.
    """
    texts = translator(language)
    words = AMENDED if changed is not None else WORDING[kind]
    if kind == "withdrawn":
        words = WITHDRAWN.get(reason or "", words)
    tools = helpers(texts)
    facts = [fact for fact in _facts(kind, offer, org_name, texts, changed or ()) if fact.value]
    context = {**tools, "texts": texts, "words": words, "facts": facts, "changed": changed or (), "link": link}
    text, html = (_templates().get_template(f"mail.{form}").render(context) for form in ("txt", "html"))
    category, place = tools["label_category"], tools["label_place"]
    subject = texts.gettext(words.subject) % {
        "category": category(_of(offer, "category")),
        "place": place(_of(offer, "municipality")),
    }
    return Mail(kind, str(_of(offer, "case")), link, subject, text, html)


class Fact(NamedTuple):
    """`field`: of the referral."""

    field: str
    name: str
    value: str | None


def _facts(
    kind: MessageKind, offer: Any, org_name: str | None, texts: Translator, changed: Collection[str]
) -> Iterator[Fact]:
    tools = helpers(texts)
    said, label, when = texts.gettext, tools["label"], tools["when"]
    urgency, until, window = (_of(offer, name) for name in ("urgency", "expires_at", "when"))
    told = urgency != "routine" or "urgency" in changed
    yield Fact("category", said(_("What")), tools["label_category"](_of(offer, "category")))
    yield Fact("municipality", said(_("Where")), tools["label_place"](_of(offer, "municipality")))
    yield Fact("mode", said(_("How")), label("mode", _of(offer, "mode")))
    yield Fact("when", said(_("When")), when(window) if window else said(_("To be agreed with the person")))
    yield Fact("languages", said(_("Language")), tools["label_languages"](_of(offer, "languages")))
    yield Fact("urgency", said(_("How urgent")), label("urgency", urgency) if told else None)
    yield Fact("org", said(_("Asked by")), org_name)
    yield Fact("expires_at", said(_("Please answer by")), when(until) if kind == "offer" and until else None)


def to_message(mail: Mail, *, sender: str, recipient: str, message_id: str, language: str) -> Message:
    """`message_id` is the same for every attempt, with or without its angle brackets."""
    message = MIMEMultipart("alternative", policy=POLICY)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = Header(mail.subject, "utf-8").encode()
    message["Message-ID"] = f"<{message_id.strip('<>')}>"
    message["Date"] = formatdate()
    message["Auto-Submitted"] = "auto-generated"
    message["X-Tsunagu-Case"] = mail.case
    message["X-Tsunagu-Kind"] = mail.kind
    message["X-Tsunagu-Link"] = mail.link
    message["Content-Language"] = translator(language).tag
    message.attach(MIMEText(mail.text, "plain", "utf-8"))
    message.attach(MIMEText(mail.html, "html", "utf-8"))
    return message


def _of(offer: Any, name: str) -> Any:
    return offer[name] if isinstance(offer, dict) else getattr(offer, name)


@cache
def _templates() -> Environment:
    return environment(TEMPLATES)
