"""One region as versioned data, and the little arithmetic that goes with it. Another region replaces `data/`.

Pure, standard library only. Files are read once, at the first question; what is returned cannot be changed.
"""

from shared.region.categories import Category, categories, licences
from shared.region.hours import is_quiet, next_waking, zone
from shared.region.languages import Language, canonical_language, languages, same_language, told_language
from shared.region.municipalities import Municipality, distance_km, municipalities, neighbours
from shared.region.nationalities import Nationality, nationalities
from shared.region.suggestions import closest
from shared.region.tables import version

__all__ = [
    "Category",
    "Language",
    "Municipality",
    "Nationality",
    "canonical_language",
    "categories",
    "closest",
    "distance_km",
    "is_quiet",
    "languages",
    "licences",
    "municipalities",
    "nationalities",
    "neighbours",
    "next_waking",
    "same_language",
    "told_language",
    "version",
    "zone",
]
