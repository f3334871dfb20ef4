"""tsunagu sign-in: a one-time link for somebody, printed or mailed."""

import os
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from shared.access import BY_LINK, HOMES, Actor, Role, staff
from shared.errors import TsunaguError
from shared.setting_types import host_and_port, mail_address
from shared.web.invitations import MINUTES, invite, link
from tsunagu.known import must_be_known
from tsunagu.where import Where, secret_of

TEXT = """\
サインインのリンクです（{minutes}分間、1回だけ使えます）。
This link signs you in, once, within {minutes} minutes:

{link}

覚えがなければ、何もしないでください。
If you did not ask for it, do nothing.
"""


async def run(where: Where, role: str, id: str, service: str | None, mail_to: str | None) -> int:
    actor = actor_of(role, id)
    if actor.role is Role.PARTNER:
        await must_be_known(where.mongo, id)
    at = _service(actor.role, service)
    address = link(where.urls[at], invite(secret_of(where), at, actor))
    if mail_to:
        await _mail(where, mail_to, address)
        print(f"mailed; good once, for {MINUTES} minutes")
    else:
        print(address)
    return 0


def actor_of(role: str, id: str) -> Actor:
    """Raises TsunaguError."""
    if role not in BY_LINK:
        raise TsunaguError(f"{role!r} does not sign in: --role is one of {', '.join(BY_LINK)}")
    return staff(Role(role), id)


def _service(role: Role, service: str | None) -> str:
    """The service asked for, or the first that has pages for the role."""
    fitting = [name for name, homes in HOMES.items() if role in homes]
    if service and service not in fitting:
        raise TsunaguError(f"{service} has no page for the role {role}: --service is one of {', '.join(fitting)}")
    return service or fitting[0]


async def _mail(where: Where, to: str, address: str) -> None:
    if where.smtp is None:
        raise TsunaguError("set TSUNAGU_SMTP to host:port of a mail server, or leave out --mail-to")
    message = EmailMessage()
    message["From"] = _address("TSUNAGU_SENDER", os.environ.get("TSUNAGU_SENDER") or "Tsunagu <tsunagu@localhost>")
    message["To"], message["Subject"] = _address("--mail-to", to), "サインイン / Sign in · つなぐ"
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="tsunagu")
    message["Auto-Submitted"], message["X-Tsunagu-Kind"] = "auto-generated", "sign-in"
    message.set_content(TEXT.format(link=address, minutes=MINUTES))
    try:
        host, port = host_and_port(where.smtp)
        await aiosmtplib.send(message, hostname=host, port=port)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise TsunaguError(f"the mail server {where.smtp} (TSUNAGU_SMTP) did not take the mail: {error}") from error


def _address(name: str, value: str) -> str:
    try:
        return mail_address(value)
    except ValueError as error:
        raise TsunaguError(f"{name}: {error}") from error
