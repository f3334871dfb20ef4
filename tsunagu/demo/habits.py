"""How partners refer, category by category. Only CASES is published; the other numbers are invented."""

from collections.abc import Mapping
from datetime import date

CASES = {"information": 794, "office": 401, "hospital": 268, "childcare": 73, "labour": 69, "life": 201}
"""Support results of the programme, April to December 2025: what the replay reproduces to the case."""

FIRST_DAY, LAST_DAY = date(2025, 4, 1), date(2025, 12, 24)
"""The week after the last day is left for what is still under way."""
PUBLISHING_HOURS = (12, 18)
"""At the end of the morning's and of the day's work. Each moment is one step of the replay's clock: few keep it short,
and shorter still as the supporters' hours are the same."""
BUSY_MONTHS = {4: 14, 10: 12}
"""April and October are when people arrive, and come with weight 14 and 12; every other month with 10."""
USUAL_MONTH = 10

MODES: Mapping[str, Mapping[str, int]] = {
    "information": {"phone": 55, "online": 40, "in_person": 5},
    "office": {"in_person": 95, "phone": 5},
    "hospital": {"in_person": 96, "phone": 4},
    "childcare": {"phone": 40, "in_person": 35, "online": 25},
    "labour": {"phone": 50, "in_person": 25, "online": 25},
    "life": {"phone": 45, "in_person": 30, "online": 25},
}
CALM = {"routine": 93, "soon": 6, "urgent": 1}
URGENCIES: Mapping[str, Mapping[str, int]] = {
    "information": CALM,
    "office": {"routine": 76, "soon": 20, "urgent": 4},
    "hospital": {"routine": 60, "soon": 32, "urgent": 8},
    "childcare": CALM,
    "labour": {"routine": 75, "soon": 20, "urgent": 5},
    "life": {"routine": 84, "soon": 13, "urgent": 3},
}
APPOINTMENTS = {"office": 0.6, "hospital": 0.8}
"""How many of those in person come with a time; of other categories, OTHER_APPOINTMENTS."""
OTHER_APPOINTMENTS = 0.2
NOTICE_DAYS = (2, 14)
"""How far ahead an appointment lies, at least and at most."""
APPOINTMENT_HOURS = (9, 10, 11, 13, 14, 15)
APPOINTMENT_LENGTHS = (1, 2, 3)

GIVEN_BY = {"resident": 88, "representative": 7, "guardian": 5}
GIVEN_BY_FOR_CHILDREN = {"guardian": 75, "resident": 25}
SCOPES = {"referral": 60, "referral_and_follow_up": 40}
EVIDENCE = {"written": 50, "electronic": 30, "oral": 20}

SECOND_LANGUAGE = {"": 80, "en": 14, "ja-simple": 6}
"""What a resident also gets along with; nothing for most."""
NO_ENGLISH = frozenset({"vi", "zh-Hans", "pt-BR", "th", "es", "ko", "km", "lo", "fa", "my"})
"""Mother tongues whose speakers here seldom name English as their second."""
