"""Intake's HTTP API for partners. The same JSON as on Kafka, the same command behind it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from joserfc.jwk import KeySet

from services.intake import queries
from services.intake.contracts import described
from services.intake.domain.admission import problems
from services.intake.domain.commands import Publish
from services.intake.inlets.ignored import ignored
from services.intake.inlets.residents import Residents
from services.intake.inlets.taking import Asked, Unfit, to_command
from shared import once, seal
from shared.access import Actor
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn, WithdrawalReason
from shared.kernel.document import Answer
from shared.parts import Parts
from shared.privacy.person import Resident
from shared.web.identity import By
from shared.web.problems import Flaw, Problem


class Api:
    """`keys`: the network's public keys, to seal what comes over HTTP unsealed. `residents`: keeps what was sealed."""

    def __init__(self, parts: Parts, keys: KeySet, residents: Residents) -> None:
        self._parts, self._keys, self._residents = parts, keys, residents

    def router(self) -> APIRouter:
        router = APIRouter()

        @router.get("/.well-known/jwks.json", **described.KEYS)
        async def jwks() -> dict[str, Any]:
            """The keys to seal `resident` to."""
            return self._keys.as_dict(private=False)  # type: ignore[return-value]  # joserfc's own TypedDict

        @router.post("/referrals", status_code=202, **described.PUBLISH)
        async def publish(
            request: Request,
            actor: By,
            dry_run: described.DryRun = False,
            idempotency_key: described.OnceKey = "",
        ) -> JSONResponse:
            """Publish a referral. `?dry_run=true` only validates."""
            _nothing_else_asked(request, "dry_run")
            return await self._take(ReferralPublished.type, request, actor, idempotency_key, dry_run=dry_run)

        @router.put("/referrals/{reference}", status_code=202, **described.AMEND)
        async def amend(
            reference: str, request: Request, actor: By,
            dry_run: described.DryRun = False,
            idempotency_key: described.OnceKey = "",
        ) -> JSONResponse:  # fmt: skip
            """Change a referral that is open. `?dry_run=true` only validates."""
            _nothing_else_asked(request, "dry_run")
            return await self._take(
                ReferralAmended.type, request, actor, idempotency_key, reference=reference, dry_run=dry_run
            )

        @router.delete("/referrals/{reference}", status_code=202, **described.WITHDRAW)
        async def withdraw(
            reference: str, request: Request, actor: By,
            reason: Annotated[WithdrawalReason, Query(description="why")] = "not_needed",
            dry_run: described.DryRun = False,
            idempotency_key: described.OnceKey = "",
        ) -> JSONResponse:  # fmt: skip
            """Take a referral back. `?dry_run=true` only validates."""
            _nothing_else_asked(request, "reason", "dry_run")
            data = {"reference": reference, "reason": reason}
            return await self._ask(actor, ReferralWithdrawn.type, data, idempotency_key, dry_run=dry_run)

        @router.get("/referrals/{reference}", **described.STATE)
        async def state(reference: str, actor: By) -> dict[str, Any]:
            """Where a referral stands, and every step it has gone."""
            found = await queries.referral(self._parts.store, actor.id, reference)
            if not found:
                raise Problem(404, "not_found", "you have published nothing under this reference")
            return found.as_json()

        return router

    async def _take(
        self, type_: str, request: Request, actor: Actor, idempotency_key: str, *,
        dry_run: bool, reference: str | None = None,
    ) -> JSONResponse:  # fmt: skip
        data = _object(await request.body())
        if reference is not None:
            data = {**data, "reference": reference}
        return await self._ask(actor, type_, self._sealed(data), idempotency_key, dry_run=dry_run)

    def _sealed(self, data: dict[str, Any]) -> dict[str, Any]:
        """A resident in the clear is sealed here, before anything is stored; a JWE passes as it is."""
        resident = data.get("resident")
        if not isinstance(resident, dict):
            return data
        return {**data, "resident": seal.seal_json(resident, self._keys)}

    async def _ask(
        self, actor: Actor, type_: str, data: Mapping[str, Any], idempotency_key: str, *, dry_run: bool
    ) -> JSONResponse:
        asked, resident = self._validated(actor.id, type_, data, idempotency_key)
        passed_over = ignored(type_, data)
        if dry_run:
            return JSONResponse({"valid": True, "case": asked.case, "ignored": passed_over}, 200)
        asked = await self._kept(asked, resident)
        answer = await self._parts.commands.ask(asked.case, asked.command, asked.id, actor, adapter="http")
        return _answered(asked.case, str(data["reference"]), answer, passed_over)

    def _validated(
        self, org: str, type_: str, data: Mapping[str, Any], idempotency_key: str
    ) -> tuple[Asked, Resident | None]:
        """Raises a problem that names every flaw: of form, codes and times, and of the resident, who is opened here."""
        record = f"http:{idempotency_key or secrets.token_hex(10)}"  # unnamed, each request is one of its own
        try:
            asked = to_command(org, record, type_, data)
        except Unfit as unfit:
            raise _invalid(unfit.flaws) from unfit
        read, resident = self._residents.read(asked)
        flaws = list(read.flaws) if isinstance(read, Unfit) else []
        if isinstance(asked.command, Publish):
            flaws = [*problems(asked.command.referral, self._parts.clock.now()), *flaws]
        if flaws:
            raise _invalid(flaws)
        return asked, resident

    async def _kept(self, asked: Asked, resident: Resident | None) -> Asked:
        (kept,) = await self._residents.keep([(asked, resident)])
        if isinstance(kept, Unfit):
            raise _invalid(kept.flaws)
        assert isinstance(kept, Asked)
        return kept


def _nothing_else_asked(request: Request, *known: str) -> None:
    """Who mistypes `dry_run` must not have published. What was sent is not repeated: it may be a person's."""
    asked = request.query_params
    if set(asked) - set(known) or len(asked.multi_items()) > len(asked):
        detail = f"nothing was done; known here, once each: {', '.join(known)}"
        raise Problem(
            422, "unknown_parameter", "the address has a parameter that is not known here, or one twice", detail
        )


def _invalid(flaws: Any) -> Problem:
    named = [Flaw(flaw.field, flaw.code, flaw.message) for flaw in flaws]
    return Problem(422, "invalid", "the referral does not fit the contract", flaws=named)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = once.loads(body)
    except once.Twice as error:
        raise Problem(400, "not_json", str(error)) from error
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not_json", "the body is not JSON", "send one JSON object, UTF-8, not compressed") from error
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


def _answered(case: str, reference: str, answer: Answer | None, passed_over: Sequence[str]) -> JSONResponse:
    look = f"/referrals/{reference}"
    if answer and answer.refused:
        status = 409 if answer.refused in CONFLICTS else 404 if answer.refused == "never_published" else 422
        raise Problem(status, answer.refused, answer.message or answer.refused, case=case)
    state = "accepted" if answer else "requested"
    body = {"reference": reference, "case": case, "state": state, "look": look, "ignored": list(passed_over)}
    return JSONResponse(body, 202, {"Location": look})
