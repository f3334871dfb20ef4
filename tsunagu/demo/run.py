"""tsunagu demo: nine months of the programme through the real stack, its table, the proof, and then real time."""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.errors import StackError
from deploy.local.progress import Progress as Coming
from deploy.local.settings import LocalSettings
from shared.kafka.connection import Kafka
from shared.region import zone
from shared.settings import made
from tsunagu.demo import closing, stage
from tsunagu.demo.live import Live
from tsunagu.demo.outside import Outside
from tsunagu.demo.replay import Replay
from tsunagu.demo.world import World, world
from tsunagu.verify import render, verify
from tsunagu.verify.mailbox import folder_of
from tsunagu.where import demo_home

START = datetime(2025, 4, 1, 9, tzinfo=zone())
END = datetime(2026, 3, 31, 18, tzinfo=zone())
"""The last referrals are answered, done and reported well before."""


async def run(seed: int, *, leave: bool) -> int:
    """Returns 0; 1 when a figure is off or the proof finds a loss."""
    console = Console() if sys.stdout.isatty() else Console(width=120)
    settings = made(LocalSettings)
    settings = settings.model_copy(update={"fresh": True, "home": demo_home(settings.home)})
    played = world(seed)
    try:
        built = await stage.build(played, settings, START, Coming(console))
    except StackError as error:
        console.print(str(error), style="red")
        return 1
    try:
        return await _until_interrupted(_play(console, built, seed, leave=leave))
    finally:
        console.print("stopping")
        await built.close()


async def _until_interrupted(playing: Any) -> int:
    """Ctrl-C and SIGTERM end it in order, with 0: that is how the demo is left."""
    task = asyncio.ensure_future(playing)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return int(await task)
    except asyncio.CancelledError:
        return 0


async def _play(console: Console, built: stage.Stage, seed: int, *, leave: bool) -> int:
    addresses(console, built)
    outside = Outside(built)
    await outside.start()
    try:
        began = time.monotonic()
        replay = Replay(built, outside, seed)
        replay.plan(built.world.referrals)
        with Bar(console, len(built.world.referrals)) as on_step:
            await replay.run(END, on_step)
        console.print(f"nine months in {time.monotonic() - began:.0f} s, {replay.steps} moments of work")
        code = await _close(console, built, outside)
        if leave:
            return code
        addresses(console, built)
        console.print("real time now, with a referral every 20 seconds; Ctrl-C ends it")
        await Live(built, outside, seed).run()
        return code
    finally:
        await outside.stop()


async def _close(console: Console, built: stage.Stage, outside: Outside) -> int:
    answer = await built.http.get(f"{built.where.services['stats']}/figures", params={"fresh": "true"})
    figures = answer.json()
    closing.show(console, figures)
    wrong = closing.off(figures, _expected(built.world), outside.failures)
    for line in wrong[:20]:
        console.print(f"off: {line}", style="red")
    report = await verify(Kafka(built.where.kafka), built.where.mongo, mails=folder_of(built.where))
    console.print(render(report))
    return 0 if report.ok and not wrong else 1


def _expected(played: World) -> Counter[str]:
    return Counter(referral.category for referral in played.referrals)


def addresses(console: Console, built: stage.Stage) -> None:
    where = built.where
    for what, url in (
        ("figures", f"{where.services['stats']}/dashboard"),
        ("coordinators", f"{where.services['matching']}/cases"),
        ("inbox", where.inbox),
        ("partners' API", f"{where.services['intake']}/api"),
    ):
        console.print(f"{what:<14} {url}", highlight=False)
    console.print("to sign in     tsunagu sign-in --role coordinator --as mika", highlight=False)


class Bar:
    """A progress bar: the date, the referrals so far. On a pipe: a line a month."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._month = console, total, 0
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("referrals"),
            TimeElapsedColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> Callable[[datetime, int], None]:
        self._bar.start()
        self._task = self._bar.add_task("2025-04-01", total=self._total)
        return self._step

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _step(self, now: datetime, published: int) -> None:
        local = now.astimezone(zone())
        self._bar.update(self._task, completed=published, description=f"{local:%Y-%m-%d %H:00}")
        if not self._console.is_terminal and local.month != self._month:
            self._month = local.month
            self._console.print(f"{local:%Y-%m-%d}  {published} of {self._total} referrals")
