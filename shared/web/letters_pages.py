"""`/dead-letters`: what could not be used, for operators. On each service its own: no service knows another's, and each
writes what is done into its own log.

Letters are not opened here: the keys for that are not with every service, and `tsunagu dead-letters show --open` is for
the few who hold them.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.access import Actor
from shared.kernel.dead_letters import REASONS
from shared.letters.allowance import MINUTES
from shared.letters.book import UNKNOWN_TIME
from shared.letters.desk import Done, LetterDesk, NoSuchLetter
from shared.letters.head import Letter, State, Why
from shared.letters.releasing import NotStuck
from shared.recovery.lease import UnderWay
from shared.service import Service
from shared.web.identity import By
from shared.web.pages import Pages, language_of, with_language
from shared.web.problems import Problem

PAGE = 50
PATIENCE = 3.0
"""Seconds that a release is waited for; then the page says that it is on its way."""


def routes(service: Service) -> APIRouter:
    """For `build` of each service."""
    return LettersPages(service, service.desk).router()


class LettersPages:
    def __init__(self, service: Service, desk: LetterDesk) -> None:
        self._service, self._desk, self._pages = service, desk, Pages()

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/dead-letters")
        async def letters(
            request: Request, state: State | None = None, page: Annotated[int, Query(ge=1, le=1000)] = 1
        ) -> HTMLResponse:
            return await self._list(request, state, page)

        @router.get("/dead-letters/{letter}")
        async def letter(request: Request, letter: str) -> HTMLResponse:
            return self._page(request, "dead_letter.html", letter=await self._found(letter))

        @router.post("/dead-letters/{letter}/replay")
        async def replay(request: Request, actor: By, letter: str) -> Response:
            found = await self._found(letter)
            return await self._back(request, self._desk.replay([found], actor))

        @router.post("/dead-letters/{letter}/discard")
        async def discard(request: Request, actor: By, letter: str, why: Annotated[Why, Form()]) -> Response:
            found = await self._found(letter)
            return await self._back(request, self._desk.discard([found], why, actor))

        @router.post("/dead-letters/{letter}/release")
        async def release(request: Request, actor: By, letter: str) -> Response:
            return await self._release(request, actor, await self._found(letter))

        @router.post("/dead-letters/allow")
        async def allow(request: Request, actor: By) -> Response:
            await self._desk.allow(MINUTES, actor)
            return RedirectResponse(with_language(request, "/dead-letters"), 303)

        return router

    async def _list(self, request: Request, state: State | None, page: int) -> HTMLResponse:
        every = await self._desk.book.letters()
        counts = Counter(letter.state for letter in every)
        chosen = [letter for letter in every if state in (None, letter.state)][(page - 1) * PAGE :]
        return self._page(
            request, "dead_letters.html", letters=chosen[:PAGE], more=len(chosen) > PAGE, page=page, state=state,
            counts={one: counts[one] for one in get_args(State) if counts[one]}, reasons=_by_reason(every),
            stuck=await self._desk.releasing.every(),
            held=self._service.limit.held, minutes=MINUTES,
        )  # fmt: skip

    async def _found(self, id: str) -> Letter:
        try:
            return await self._desk.find(id)
        except NoSuchLetter as error:
            raise Problem(404, "not_found", "there is no such dead letter", str(error)) from error

    async def _release(self, request: Request, actor: Actor, letter: Letter) -> Response:
        try:
            (done,) = await self._desk.release([letter.head.document], actor, PATIENCE)
        except NotStuck as error:
            raise Problem(409, "not_stuck", "there is nothing to release", str(error)) from error
        return self._page(request, "dead_letter.html", letter=await self._found(letter.id), outcome=done.outcome)

    async def _back(self, request: Request, doing: AsyncIterator[Done]) -> Response:
        try:
            (done,) = [one async for one in doing]
        except UnderWay as error:
            raise Problem(409, "under_way", "somebody else is at it", str(error)) from error
        if done.flaw:
            raise Problem(409, "not_done", "it was not done", done.flaw)
        return RedirectResponse(with_language(request, f"/dead-letters/{done.letter.id}"), 303)

    def _page(self, request: Request, name: str, **context: Any) -> HTMLResponse:
        told = {"outcome": None, "untold": UNKNOWN_TIME, **context}
        return self._pages.render(request, name, language=language_of(request), service=self._desk.service, **told)


def _by_reason(letters: list[Letter]) -> list[tuple[str, int]]:
    """Of the open ones, in the order of docs/dead-letters.md."""
    counts = Counter(letter.head.reason for letter in letters if letter.state == "open")
    return [(reason, counts[reason]) for reason in REASONS if counts[reason]]
