"""The longest resident that the contract allows is taken, whatever they are written in, and can be read on behind intake."""

import json

import pytest
from joserfc import jwe

from services.intake.domain.commands import Publish
from shared.events.cases import CaseAccepted
from shared.privacy.person import Resident
from shared.seal import seal_json
from tests.unit.intake.inlet import binary, inlet, said, told
from tests.unit.samples import NETWORK, NOON, referral

MOST = {"name": 200, "contacts": 1000, "note": 4000}


def longest(sign: str) -> dict[str, str]:
    """A sign that is trimmed from the ends stands between two that are not."""
    clear = {name: f"x{sign * (most - 2)}x" for name, most in MOST.items()}
    assert Resident.model_validate(clear).model_dump() == clear
    with pytest.raises(ValueError, match="at most 4000"):
        Resident.model_validate({**clear, "note": f"{clear['note']}x"})
    return clear


@pytest.mark.parametrize("sign", ["n", "長", "😀", "\n", "\x01"], ids=ascii)
@pytest.mark.parametrize("zipped", [False, True], ids=["as it is", "zipped"])
async def test_the_longest_resident_is_taken_and_can_be_read_on(sign: str, zipped: bool) -> None:
    clear = longest(sign)
    sealed = _zipped(clear) if zipped else seal_json(clear, NETWORK)
    bench, (command,) = await inlet(binary(referral(resident=sealed)))
    assert bench.bus.topics["intake.dead-letters"] == []
    assert (await said(command))["referral"]["resident"] == clear
    kept = told(command, Publish).referral.model_dump(exclude={"consent"})
    assert CaseAccepted.model_validate({**kept, "case": command.key, "org": "city", "received_at": NOON})


def _zipped(clear: dict[str, str]) -> str:
    """Short where it comes in, and long where it is sealed anew."""
    key = NETWORK.keys[0]
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF", "kid": key.kid}
    return jwe.encrypt_compact(header, json.dumps(clear).encode(), key)
