"""What must be true of every run, by code that does not go through the kernel.

Most of it is what `tsunagu verify` checks on real networks: here are those promises that only a run which has come to
rest, or whose outside is known, can be held to.
"""

from collections import Counter, defaultdict
from collections.abc import Callable

from shared.kernel.document import from_stored
from tests.delivery.sim import agreements
from tests.delivery.sim.agreements import Found, stands, states
from tests.delivery.sim.evidence import evidence
from tests.delivery.sim.world import FEW, World
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.run import judge

STATES = {"asking": {"accepted"}, "assigned": {"in-progress"}, "escalated": {"on-hold"},
          "closed": {"completed", "cancelled", "failed"}}  # fmt: skip
"""Of a case in matching → in intake."""


def broken(world: World) -> list[str]:
    """Every promise that was not kept, in words; at best none."""
    found = evidence(world)
    report = judge(found)
    problems = [f"{one.kind}: {one.what}" for one in report.problems]
    if report.in_flight or report.unpublished:
        problems.append(f"in flight: {report.in_flight} to be read, {report.unpublished} to be published")
    problems += [what for check in CHECKS for what in check(world, found)]
    return [*problems, *world.errors]


def at_rest(world: World, found: Evidence) -> Found:
    """I9: nothing is unread, and nobody is stuck."""
    if lag := world.broker.lag():
        yield f"lag: {lag} records are not committed {world.took:.0f} s after the last fault"
    for service, memory in found.memories.items():
        yield from (f"stuck: {service} {key}" for key, document in memory.documents.items() if document["stuck"])
        yield from (f"letters: {service} {key} has {len(ids)}" for key, ids in memory.letters.items())


def holds(_: World, found: Evidence) -> Found:
    """Each place that is taken is taken for an offer that stands, and the other way round."""
    taken = {(supporter, case, number) for supporter, state in states(found, "matching", "supporter")
             for case, number in state["holds"].items()}  # fmt: skip
    wanted = {(supporter, case, offer["number"]) for case, state in states(found, "matching", "case")
              for supporter, offer in state["offers"].items() if stands(state, supporter, offer)}  # fmt: skip
    yield from (f"hold without an offer: {one}" for one in sorted(taken - wanted))
    yield from (f"offer without a hold: {one}" for one in sorted(wanted - taken))


def assignments(_: World, found: Evidence) -> Found:
    """Whoever believes that a case is theirs is the one whom matching has it assigned to: two never do."""
    assigned = {case: state["assigned"] for case, state in states(found, "matching", "case")
                if state["status"] == "assigned"}  # fmt: skip
    believing = [(case, supporter) for supporter, state in states(found, "notify", "supporter")
                 for case, offer in state["offers"].items() if offer["state"] == "assigned"]  # fmt: skip
    for case, times in Counter(case for case, _ in believing).items():
        if times > 1:
            yield f"two assignments: {case} is {times} supporters'"
    for case, supporter in believing:
        if assigned.get(case) != supporter:
            yield f"assignment: {supporter} believes that {case} is theirs; it is {assigned.get(case)}'s"


def answers(world: World, _: Evidence) -> Found:
    """I11: whoever repeats a command under its id is told the same; and everybody is told something."""
    for id_, asked in world.people.asked.items():
        if not asked.answers:
            yield f"unanswered: {id_}"
        if len(set(asked.answers)) > 1:
            yield f"answered otherwise: {id_}: {asked.answers}"


def outcomes(_: World, found: Evidence) -> Found:
    """At rest, intake has heard what became of each case; and every case that intake took is with matching."""
    matching = dict(states(found, "matching", "case"))
    for case, state in states(found, "intake", "case"):
        if state["state"] is None:
            continue
        status = matching[case]["status"] if case in matching else "unknown"
        if state["state"] not in STATES.get(status, ()):
            yield f"outcome: {case} is {state['state']} in intake and {status} in matching"


def numbers(_: World, found: Evidence) -> Found:
    """What a partner is told of a case is numbered 1, 2, 3 …, from one source, whatever is forgotten meanwhile: a case has too
    few streams in intake to forget one.
    """
    for case, document in found.memories["intake"].documents.items():
        if len(from_stored(dict(document)).streams) > FEW:
            yield f"numbers: {case} has more than {FEW} streams"
    for topic in (topic for topic in found.topics if topic.endswith(".updates")):
        sources: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for told in found.topics[topic]:
            sources[told.key][told.head["source"]].add(int(told.head["sequence"]))
        for reference, told_by in sources.items():
            if len(told_by) > 1 or any(len(known) != max(known) for known in told_by.values()):
                yield f"numbers: {topic} has {dict(told_by)} for {reference}"


CHECKS: tuple[Callable[[World, Evidence], Found], ...] = (
    at_rest, holds, assignments, answers, outcomes, numbers,
    agreements.offers, agreements.overdue, agreements.somebodys, agreements.erased, agreements.ends,
)  # fmt: skip
