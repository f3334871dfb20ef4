"""A person who is told things and answers: a recipient."""

from services.notify.domain.recipient import RECIPIENT

DECIDERS = {"supporter": RECIPIENT}
