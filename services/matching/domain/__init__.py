"""Finding the right supporter: a case asks, supporters' documents keep their own capacity."""

from services.matching.domain.case import CASE
from services.matching.domain.supporter import SUPPORTER

DECIDERS = {"case": CASE, "supporter": SUPPORTER}
