"""Errors that have a meaning across rooms."""


class TsunaguError(Exception):
    """What is told to a person as it stands: the message says what to change."""


class BadRecord(TsunaguError):
    """A record that can never be read. `reason` is one of the closed set in shared.kernel.dead_letters."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class DomainError(TsunaguError):
    """A decider broke its own promise: a bug. Its document becomes stuck, the others go on."""


class NewerVersion(TsunaguError):
    """A newer version of the code has written this document: this one must neither decide on it nor lay anything aside."""


class OtherCluster(TsunaguError):
    """The broker is not the one that this process was started with."""
