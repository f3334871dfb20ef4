"""An address that no mail can be sent to is that one person's trouble: mail to everybody else goes out."""

from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from deploy.local.mail.index import Index
from deploy.local.mail.smtp import serve_smtp
from deploy.local.mail.store import Store
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from services.notify.domain.commands import NotSent, Sent
from services.notify.domain.offers import SendingStarted
from services.notify.links import Links
from services.notify.outlets import MailOutlet
from shared.events.roster import SupporterSnapshot
from shared.kernel.commands import Commands
from shared.kernel.document import Document
from shared.kernel.record import Message, Place, Record, encode
from tests.unit.given import NOON
from tests.unit.kernel.bench import Bench, heads_of
from tests.unit.notify.people import AN, an, made
from tests.unit.samples import supporter

BINH = "supporter-binh"
PLACE = Place("notify.journal", 0)


class Contacts:
    """What the opener would have opened."""

    def __init__(self, **addresses: str) -> None:
        self._addresses = addresses

    async def open_all(self, sealed: Any, actor: str, why: str) -> dict[str, Any]:
        return {person: {"email": self._addresses[person.partition("-")[2]]} for person in sealed}


@pytest.mark.parametrize(
    "address",
    [
        "an@d.example\r\nBcc: other@d.example",
        "an@d e.example",
        "an@<d.example>",
        "@",
        "アン＠例.example",
        "an@例.example",
    ],
)
async def test_mail_to_others_goes_out_beside_it(address: str, tmp_path: Path) -> None:
    index, port = Index(), _port()
    async with await serve_smtp("127.0.0.1", port, Store(tmp_path), index):
        came = await _sent(port, an=address, binh="binh@d.example")
    assert came[BINH] == Sent.type
    assert came[AN] == NotSent.type or "\r\n" not in address
    assert index.last == sum(said == Sent.type for said in came.values())


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_a_server_that_refuses_us_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    """It wants a login: that is no fault of anybody's address, and who runs it may mend it within the hours of six attempts."""
    server = Controller(Sink(), hostname="127.0.0.1", port=_port(), auth_required=True, auth_require_tls=False)
    server.start()
    told = await _told(server.port, an="an@d.example", binh="binh@d.example")
    server.stop()
    came = [NotSent.model_validate_json(message.value or b"") for message in told]
    assert [(one.reason, one.final) for one in came] == [("refused", False)] * 2
    assert "530" in (said := capsys.readouterr().out) and "@d.example" not in said


def _port() -> int:
    return choose_ports(LocalSettings(free_ports=True)).ports["smtp"]


async def _sent(port: int, **addresses: str) -> dict[str, str]:
    return {message.key: heads_of(message)["type"] for message in await _told(port, **addresses)}  # type: ignore[misc]


async def _told(port: int, **addresses: str) -> list[Message]:
    """Both have an offer, in one batch: what the outlet says became of each mail."""
    bench, people = Bench(), {AN: an().when(made()), BINH: an().when(made(recipient=BINH))}
    commands = Commands("notify", bench.bus, bench.store, bench.clock)
    await bench.store.write(
        [("", Document(key, "1", state=one.state.model_dump(mode="json"))) for key, one in people.items()]
    )
    roster: dict[str, SupporterSnapshot] = {key: supporter(key.partition("-")[2]) for key in people}
    outlet = MailOutlet(
        commands, bench.store, roster, Contacts(**addresses), Links("secret", "http://notify"),  # type: ignore[arg-type]
        ("127.0.0.1", port), "network@d.example", bench.tally,
    )  # fmt: skip
    await outlet.handle([_journal(key, one.last(SendingStarted)) for key, one in people.items()])
    return bench.bus.topics["notify.commands"]


def _journal(supporter: str, event: SendingStarted) -> Record:
    told = {"type": event.type, "data": event.model_dump(mode="json")}
    return Record(PLACE, 0, supporter.encode(), encode({"at": NOON.isoformat(), "events": [told]}), [])
