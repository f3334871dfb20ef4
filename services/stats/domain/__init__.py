"""What happened, counted: one fact per case."""

from services.stats.domain.fact import FACT

DECIDERS = {"case": FACT}
