"""The proof as a command: nothing lost, nothing twice, every document the fold of its journal.

It reads topics and documents by code of its own, not through what it checks (kernel, reader, store).

    evidence.py  all that is looked at: Kafka (topics.py), databases (memories.py), in a safe order
    delivery.py  what became of every event, command, partner's record and mail (applied.py, mails.py)
    streams.py   are streams whole, repeats the same
    folding.py   documents against their journals; publication.py: journals against topics
    promises.py  no supporter over capacity, one assignment a case, one end a message
    report.py    what was found; show.py: for people to read
"""

from tsunagu.verify.report import Problem, Report, Row
from tsunagu.verify.run import run, verify
from tsunagu.verify.show import render

__all__ = ["Problem", "Report", "Row", "render", "run", "verify"]
