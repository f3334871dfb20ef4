"""Finding the right supporter: a case asks, supporters' documents keep their own capacity."""

from typing import Any

from services.matching.domain.case import CASE
from services.matching.domain.supporter import SUPPORTER
from shared.kernel.decider import Decider

DECIDERS: dict[str, Decider[Any]] = {"case": CASE, "supporter": SUPPORTER}
