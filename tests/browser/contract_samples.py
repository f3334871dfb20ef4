"""The pages of the contract, as intake shows them."""

from typing import Any

from services.intake.contracts import openapi
from services.intake.contracts.pages import of_api, of_events
from services.intake.web import Api
from shared.contracts import asyncapi
from shared.seal import KeySet, new_key, seal_json

KEYS = KeySet([new_key()])
EVENTS = asyncapi.document(lambda resident: seal_json(resident, KEYS))
HTTP = openapi.document(Api(None, KEYS, None).router(), "http://127.0.0.1:8101")  # type: ignore[arg-type]

CONTRACT_PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("contract-api", "intake", "contract_api.html", of_api(HTTP)),
    ("contract-events", "intake", "contract_events.html", of_events(EVENTS)),
]
