"""The life of a case: what partners may do with it and what becomes of it."""

from services.intake.domain.case import CASE

DECIDERS = {"case": CASE}
