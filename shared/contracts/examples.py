"""Examples that can be copied as they are: the network that shows them takes them.

The files in data/ hold the data, with the resident in the clear as HTTP takes it; for Kafka it is sealed to this
network's own key. That is why they are made where the key is, not written down.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.cloudevents import STRUCTURED
from shared.events.base import Event
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn
from shared.events.updates import Update
from shared.ids import derive

FOLDER = Path(__file__).parent / "data"
FILES: Mapping[type[Event], str] = {
    ReferralPublished: "published.json",
    ReferralAmended: "amended.json",
    ReferralWithdrawn: "withdrawn.json",
}
ORG, TIME = "acme", "2025-04-15T10:05:00+09:00"
Seal = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Example:
    """A record in binary mode. `structured` is the same one in the other."""

    headers: Mapping[str, str]
    data: Mapping[str, Any]

    @property
    def structured(self) -> dict[str, Any]:
        attributes = {name.removeprefix("ce_"): value for name, value in self.headers.items() if name.startswith("ce_")}
        return {**attributes, "datacontenttype": "application/json", "data": self.data}

    @property
    def structured_headers(self) -> dict[str, str]:
        return {"content-type": STRUCTURED}


def in_the_clear(model: type[Event]) -> dict[str, Any]:
    """The data as HTTP takes it."""
    data: dict[str, Any] = json.loads((FOLDER / FILES[model]).read_text(encoding="utf-8"))
    return data


def published(model: type[Event], seal: Seal) -> Example:
    """What a partner writes."""
    data = in_the_clear(model)
    if resident := data.get("resident"):
        data["resident"] = seal(resident)
    name = model.type.split(".")[2]
    id_ = f"{ORG}-{data['reference']}" + ("" if name == "published" else f"-{name}")
    return Example(_headers(model.type, id_, f"https://{ORG}.example/referrals"), data)


def told(model: type[Update]) -> Example:
    """What a partner reads."""
    case = f"case-{derive(ORG, 'first-1')}"
    base = {"org": ORG, "reference": "first-1", "case": case, "at": "2025-04-15T10:05:03+09:00"}
    said = json.loads((FOLDER / "updates.json").read_text(encoding="utf-8"))[model.type]
    data = model.model_validate(base | said).model_dump(mode="json", by_alias=True)
    headers = _headers(model.type, derive(model.type), f"/tsunagu/intake/{case}")
    return Example({**headers, "ce_sequence": "1"}, data)


def _headers(type_: str, id_: str, source: str) -> dict[str, str]:
    attributes = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": TIME}
    return {"content-type": "application/json", **{f"ce_{name}": value for name, value in attributes.items()}}
