"""Intake's HTTP API for partners. The same JSON as on Kafka, the same command behind it."""

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from joserfc.jwk import KeySet

from services.intake import queries
from services.intake.domain.admission import problems
from services.intake.domain.commands import Publish
from services.intake.inlets import Asked, Unfit, to_command
from services.intake.partners import Partners
from shared import seal
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn
from shared.kernel.document import Answer
from shared.service import Parts
from shared.web.problems import Flaw, Problem

RESIDENT_FIELDS = {"name", "contacts", "note"}


class Api:
    """`keys`: the network's public keys, to seal what comes over HTTP unsealed."""

    def __init__(self, parts: Parts, partners: Partners, keys: KeySet, max_body: int) -> None:
        self._parts, self._partners, self._keys, self._max_body = parts, partners, keys, max_body

    def router(self) -> APIRouter:
        router = APIRouter()
        signed_in = Depends(self._org)

        @router.get("/.well-known/jwks.json")
        async def jwks() -> dict[str, Any]:
            """The keys to seal `resident` to."""
            return self._keys.as_dict(private=False)  # type: ignore[return-value]  # joserfc's own TypedDict

        @router.post("/referrals", status_code=202)
        async def publish(
            request: Request,
            org: Annotated[str, signed_in],
            dry_run: Annotated[bool, Query()] = False,
            idempotency_key: Annotated[str, Header(max_length=200)] = "",
        ) -> JSONResponse:
            """Publish a referral. `?dry_run=true` only validates."""
            return await self._take(ReferralPublished.type, request, org, idempotency_key, dry_run=dry_run)

        @router.put("/referrals/{reference}", status_code=202)
        async def amend(
            reference: str, request: Request, org: Annotated[str, signed_in],
            idempotency_key: Annotated[str, Header(max_length=200)] = "",
        ) -> JSONResponse:  # fmt: skip
            """Change a referral that is open."""
            return await self._take(ReferralAmended.type, request, org, idempotency_key, reference=reference)

        @router.delete("/referrals/{reference}", status_code=202)
        async def withdraw(
            reference: str, org: Annotated[str, signed_in],
            reason: Annotated[str, Query(pattern="^[a-z][a-z0-9_]{0,39}$")] = "not_needed",
            idempotency_key: Annotated[str, Header(max_length=200)] = "",
        ) -> JSONResponse:  # fmt: skip
            """Take a referral back."""
            data = {"reference": reference, "reason": reason}
            return await self._ask(org, ReferralWithdrawn.type, data, idempotency_key, dry_run=False)

        @router.get("/referrals/{reference}")
        async def state(reference: str, org: Annotated[str, signed_in]) -> dict[str, Any]:
            """Where a referral stands, and every step it has gone."""
            found = await queries.referral(self._parts.store, org, reference)
            if not found:
                raise Problem(404, "not_found", f"you have published nothing under {reference}")
            return found.as_json()

        return router

    async def _org(self, authorization: Annotated[str, Header()] = "") -> str:
        scheme, _, key = authorization.partition(" ")
        org = await self._partners.org_of(key) if scheme.lower() == "bearer" else None
        if not org:
            raise Problem(401, "no_key", "an API key is needed", "send `Authorization: Bearer <your key>`")
        return org

    async def _take(
        self, type_: str, request: Request, org: str, idempotency_key: str, *,
        reference: str | None = None, dry_run: bool = False,
    ) -> JSONResponse:  # fmt: skip
        data = _object(await self._body(request))
        if reference is not None:
            data = {**data, "reference": reference}
        return await self._ask(org, type_, self._sealed(data), idempotency_key, dry_run=dry_run)

    async def _body(self, request: Request) -> bytes:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._max_body:
                raise Problem(413, "too_large", f"a referral has at most {self._max_body} bytes")
        return body

    def _sealed(self, data: dict[str, Any]) -> dict[str, Any]:
        """A resident in the clear is sealed here, before anything is stored; a JWE passes as it is."""
        resident = data.get("resident")
        if not isinstance(resident, dict):
            return data
        if unknown := set(resident) - RESIDENT_FIELDS:
            flaws = [Flaw(f"resident.{name}", "unknown_field", "only name, contacts and note") for name in unknown]
            raise Problem(422, "invalid", "the referral does not fit the contract", flaws=flaws)
        return {**data, "resident": seal.seal_json(resident, self._keys)}

    async def _ask(
        self, org: str, type_: str, data: Mapping[str, Any], idempotency_key: str, *, dry_run: bool
    ) -> JSONResponse:
        asked = self._validated(org, type_, data, idempotency_key)
        if dry_run:
            return JSONResponse({"valid": True, "case": asked.case}, 200)
        answer = await self._parts.commands.ask(asked.case, asked.command, asked.id, adapter="http")
        return _answered(asked.case, str(data["reference"]), answer)

    def _validated(self, org: str, type_: str, data: Mapping[str, Any], idempotency_key: str) -> Asked:
        """Raises a problem that names every flaw, of form, codes and times."""
        try:
            asked = to_command(org, "", type_, data)
        except Unfit as unfit:
            raise _invalid(unfit.flaws) from unfit
        command: Any = asked.command
        if isinstance(command, Publish) and (flaws := problems(command.referral, self._parts.clock.now())):
            raise _invalid(flaws)
        record = f"http:{idempotency_key or secrets.token_hex(10)}"  # unnamed, each request is one of its own
        return to_command(org, record, type_, data)


def _invalid(flaws: Any) -> Problem:
    named = [Flaw(flaw.field, flaw.code, flaw.message) for flaw in flaws]
    return Problem(422, "invalid", "the referral does not fit the contract", flaws=named)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not_json", "the body is not JSON", "send one JSON object, UTF-8") from error
    if not isinstance(data, dict):
        raise Problem(400, "not_json", "the body must be a JSON object")
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Problem(
            400, "not_text", "the body holds half a character", "a lone surrogate, \\ud800 to \\udfff"
        ) from error
    return data


CONFLICTS = {"reference_used", "already_closed", "id_reused"}


def _answered(case: str, reference: str, answer: Answer | None) -> JSONResponse:
    look = f"/referrals/{reference}"
    if answer and answer.refused:
        status = 409 if answer.refused in CONFLICTS else 404 if answer.refused == "never_published" else 422
        raise Problem(status, answer.refused, answer.message or answer.refused, case=case)
    body = {"reference": reference, "case": case, "state": "accepted" if answer else "requested", "look": look}
    return JSONResponse(body, 202, {"Location": look})
