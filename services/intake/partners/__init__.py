"""Partner organisations: their API keys, and what machines get for one.

`keys.py`: random keys, shown once, kept only as hashes; several may be good at a time, so that they can be rolled.
`tokens.py`: short-lived tokens in exchange for a key. `oauth.py`: that exchange, as RFC 6749 has it.
"""

from services.intake.partners.keys import PartnerKey, Partners, partners_of

__all__ = ["PartnerKey", "Partners", "partners_of"]
