"""Why a server that is there lets us not in: asked by a connection of one's own, since client libraries tell only that
none of their tries worked.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass

from shared.tls import Tls, expires

PATIENCE = 3.0
"""Seconds for a connection and its handshake."""
LAST_WORD = 0.5
"""Seconds in which a server that dislikes our certificate says so: by TLS 1.3 that comes after the handshake."""

EXPIRED, NOT_YET, OTHER_NAME, OTHER_ADDRESS = 10, 9, 62, 64
"""OpenSSL's numbers of what is wrong with a certificate."""


@dataclass(frozen=True)
class Server:
    """`what`: broker or database. `setting`: what the names of its settings begin with."""

    what: str
    host: str
    port: int
    setting: str

    def __str__(self) -> str:
        return f"the {self.what} at {self.host}:{self.port}"


async def refusal(server: Server, tls: Tls | None) -> str | None:
    """None where a connection stands, or where nothing answers: then it is away, and that is another matter."""
    try:
        async with asyncio.timeout(PATIENCE):
            if tls:
                return await _disliked(server, tls)
            return await _wants_tls(server)
    except ssl.SSLCertVerificationError as error:
        return _distrusted(server, error, tls)
    except ssl.SSLError as error:
        return _broken(server, error.reason or "")
    except ConnectionResetError:
        return _broken(server, "it ends the connection") if tls else None
    except OSError:
        return None


async def _disliked(server: Server, tls: Tls) -> str | None:
    reader, writer = await asyncio.open_connection(server.host, server.port, ssl=tls.context())
    try:
        async with asyncio.timeout(LAST_WORD):
            return None if await reader.read(1) else _unwelcome(server)
    except TimeoutError:  # it waits for us to speak
        return None
    except ssl.SSLError:
        return _unwelcome(server)
    finally:
        writer.close()


async def _wants_tls(server: Server) -> str | None:
    """Nothing is said on this connection, so it need not know whose it is."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection(server.host, server.port, ssl=anybody)
    except (ssl.SSLError, ConnectionResetError):  # it speaks no TLS, as is said of it
        return None
    writer.close()
    return f"{server} answers encrypted connections only: set {server.setting}_TLS=true"


def _distrusted(server: Server, error: ssl.SSLCertVerificationError, tls: Tls | None) -> str:
    match error.verify_code:
        case n if n == EXPIRED and tls and tls.ca and expires(tls.ca) <= time.time():
            return f"{server} is not to be believed: a certificate in {server.setting}_CA has expired; have it renewed"
        case n if n == EXPIRED:
            return f"{server} has a certificate that has expired: it needs a new one"
        case n if n == NOT_YET:
            return f"{server} has a certificate that is not valid yet: look at the clocks of both machines"
        case n if n in (OTHER_NAME, OTHER_ADDRESS):
            return (
                f"{server} has a certificate for another name: call it in {server.setting} by one that is in it, or have "
                f"one issued for {server.host}"
            )
    return (
        f"{server} has a certificate that nobody has signed whom we trust ({error.verify_message}): "
        f"{server.setting}_CA must be the file of its CA"
    )


def _broken(server: Server, reason: str) -> str:
    if "ALERT" in reason:
        return _unwelcome(server, reason)
    told = reason.replace("_", " ").lower()
    return f"{server} does not take an encrypted connection ({told}): is {server.setting}_TLS=true right, and the port?"


def _unwelcome(server: Server, reason: str = "") -> str:
    told = reason.replace("_", " ").lower()
    return f"{server} refuses our certificate{told and f' ({told})'}: {server.setting}_CERT must be one that it trusts"
