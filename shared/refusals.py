"""What readiness says of a part that does not serve us: its name where it is away, why where it is there and refuses."""

from typing import Any
from urllib.parse import urlsplit

from shared import handshake
from shared.connections import Connections
from shared.errors import TsunaguError
from shared.handshake import Server
from shared.kafka import refusal
from shared.store import DatabaseError
from shared.tls import Tls

PORT = 27017
LOOK = "look at TSUNAGU_MONGO_USER and TSUNAGU_MONGO_PASSWORD"


async def reason(what: str, error: BaseException, settings: Connections) -> str:
    """`what`: the name of the part, or of what was tried with it. Holds no secret: everybody may read it."""
    if isinstance(error, TsunaguError):
        return str(error)
    if isinstance(error, DatabaseError):
        return refused(error, settings) or await _of_database(settings) or what
    if what == "database":  # it did not answer in time
        return await _of_database(settings) or what
    return await refusal.refusal(settings.broker(), error) or what


def refused(error: DatabaseError, settings: Connections) -> str | None:
    """By its answer, which MongoDB gives as a code; None where it gave none."""
    user = settings.mongo_user or urlsplit(settings.mongo).username
    match getattr(error, "code", None):
        case None | 50:  # none, or MaxTimeMSExpired
            return None
        case 13 if not user:  # Unauthorized
            return "the database answers nobody without a user: set TSUNAGU_MONGO_USER and TSUNAGU_MONGO_PASSWORD"
        case 13:
            return f"the database does not let the user {user} read and write: grant it readWrite"
        case 18:  # AuthenticationFailed
            return f"the database refuses the user {user}: {LOOK}"
    return f"the database refuses to write ({kind(error)}): is its disk full? It is tried again"


def kind(error: Any) -> str:
    """Its name of what is wrong; never its message, which may hold what was to be written."""
    details = getattr(error, "details", None) or {}
    first = next(iter(details.get("writeErrors") or ()), details)
    return str(first.get("codeName") or f"code {first.get('code', error.code)}")


async def _of_database(settings: Connections) -> str | None:
    tls = Tls(settings.mongo_ca, settings.mongo_cert) if settings.mongo_tls else None
    hosts = settings.mongo.partition("://")[2].partition("/")[0].rpartition("@")[2]
    if settings.mongo.startswith("mongodb+srv") or "tls" in settings.mongo:
        return None  # who they are, and how to ask them, only the driver knows
    for host in hosts.split(","):
        name, colon, port = host.rpartition(":")
        server = Server("database", name.strip("[]") if colon else host, int(port) if colon else PORT, "TSUNAGU_MONGO")
        if told := await handshake.refusal(server, tls):
            return told
    return None
