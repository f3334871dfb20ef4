"""The proof as a command: nothing lost, nothing twice, every document the fold of its journal.

It reads topics and documents by code of its own, not through what it checks (kernel, reader, store).

    evidence.py  all that is looked at: Kafka (topics.py), databases (memories.py), in a safe order
    invariants.py  the promises by name, I1 to I11
    delivery.py    I1: what became of every event, command, partner's record and mail (routes.py, applied.py, mails.py)
    publication.py I2, I5: journals against topics; streams.py: are topics whole, in order, repeats the same
    folding.py     I3, I4: documents against their journals; projection.py: stats against their topics
    promises.py    I6, I7: capacity, one assignment a case, one end a message; eligible.py: who was asked
    arrived.py     I7: what was delivered is in the mailbox (mailbox.py)
    offsets.py     I8, I9: what is committed is done with; repeats.py: I11
    report.py      what was found; show.py: for people to read
"""

from tsunagu.verify.report import Problem, Report, Row
from tsunagu.verify.run import run, verify
from tsunagu.verify.show import render

__all__ = ["Problem", "Report", "Row", "render", "run", "verify"]
