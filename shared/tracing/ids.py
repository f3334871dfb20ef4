"""Ids of spans: random, but for the first of a case, whose id everybody can tell without having been told."""

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator


class FixedIds(IdGenerator):
    """`next`: trace and span id of the span that is made next; None: random."""

    def __init__(self) -> None:
        self.next: tuple[int, int] | None = None
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        return self.next[0] if self.next else self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        return self.next[1] if self.next else self._random.generate_span_id()
