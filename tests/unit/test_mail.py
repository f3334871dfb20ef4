"""Mail to supporters: complete, in their language, and never with the resident's identity."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from services.notify.mail import WITHDRAWN, WORDING, compose, to_message
from shared.i18n import LANGUAGES, translator

AT = datetime(2025, 12, 3, 5, 0, tzinfo=UTC)
LINK = "https://tsunagu.example/offers/" + "x" * 180
OFFER = {
    "case": "case-9a1c",
    "category": "hospital",
    "municipality": "08220",
    "languages": ["vi"],
    "mode": "in_person",
    "urgency": "soon",
    "when": {"from_": AT, "to": AT + timedelta(hours=1)},
    "expires_at": AT - timedelta(days=1),
    "resident": {"name": "Nguyễn Thị An", "contacts": "090-0000-0000", "note": "shy"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", WORDING)
def test_every_kind_says_what_is_asked_and_never_for_whom(kind, language) -> None:
    mail = compose(kind, language, offer=OFFER, link=LINK, org_name="<Global> Center")
    for body in (mail.text, mail.html):
        assert (LINK in body) == (WORDING[kind].action is not None)
        assert "14:00–15:00" in body
        assert not any(word in body for word in ("Nguyễn", "090-0000", "shy", "%("))
    assert "%(" not in mail.subject
    assert "&lt;Global&gt;" in mail.html and "<Global>" in mail.text
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("changed", [["when"], ["urgency", "municipality"], []])
def test_who_has_taken_it_is_told_what_has_changed(changed: list[str], language: str) -> None:
    before = compose("confirmed", language, offer=OFFER, link=LINK)
    mail = compose("confirmed", language, offer={**OFFER, "urgency": "routine"}, link=LINK, changed=changed)
    new = translator(language).gettext("new")
    assert mail.subject != before.subject and mail.text.split("\n")[0] != before.text.split("\n")[0]
    for body in (mail.text, mail.html):
        assert body.count(f"({new})") == len(changed)
    assert f"({new})" not in before.text and f"({new})" not in before.html
    assert ("14:00–15:00" + f" ({new})" in mail.text) == ("when" in changed)


@pytest.mark.parametrize("reason", ["withdrawn", *WITHDRAWN])
def test_a_withdrawal_says_why(reason) -> None:
    others = {compose("withdrawn", "en", offer=OFFER, link=LINK, reason=other).subject for other in WITHDRAWN}
    subject = compose("withdrawn", "en", offer=OFFER, link=LINK, reason=reason).subject
    assert (subject in others) == (reason in WITHDRAWN)


@pytest.mark.parametrize("reason", ["amended", "erased"])
def test_nobody_is_told_that_help_is_not_needed_who_is_asked_anew_or_where_the_person_was_erased(reason: str) -> None:
    assert "does not need it any more" not in compose("withdrawn", "en", offer=OFFER, link=LINK, reason=reason).text


def test_it_is_in_english_and_says_so_where_there_is_no_translation() -> None:
    mail = compose("offer", "ne", offer=OFFER, link=LINK)
    assert mail.text.startswith("We have no translation into Nepali yet, so this is in English.\n\n")
    message = to_message(mail, sender="a@b.example", recipient="c@d.example", message_id="m@b", language="ne")
    assert message["Content-Language"] == "en"


def test_the_message_carries_its_headers_whole_through_the_wire() -> None:
    mail = compose("offer", "ja-simple", offer=OFFER, link=LINK)
    sent = to_message(
        mail,
        sender="つなぐ <hello@tsunagu.example>",
        recipient="an@d.example",
        message_id="m-1@x",
        language="ja-simple",
    )
    assert f"X-Tsunagu-Link: {LINK}\r\n".encode() in sent.as_bytes()
    got = message_from_bytes(sent.as_bytes(), policy=default)
    headers = ("Message-ID", "Content-Language", "Auto-Submitted", "X-Tsunagu-Case", "X-Tsunagu-Kind")
    assert [got[name] for name in headers] == ["<m-1@x>", "ja", "auto-generated", "case-9a1c", "offer"]
    assert got["Subject"] == mail.subject
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("language", "thanks"),
    [("en", "offer to help"), ("ja", "引き受け"), ("ja-simple", "言ってくれて"), ("vi", "đã muốn giúp")],
)
def test_who_has_not_answered_is_not_thanked_for_having_said_yes(language: str, thanks: str) -> None:
    """Whoever was asked is told that another has it, most of them before they have answered."""
    assert thanks not in compose("taken", language, offer=OFFER, link=LINK, org_name="Global Center").text
