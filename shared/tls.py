"""Encrypted connections: which certificates a client trusts, and which one it shows of its own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True)
class Tls:
    """Files, in PEM. `ca`: who signs the servers' certificates; none: whom this machine trusts. `cert`: our own, with those
    between it and its CA; none: we show none. `key`: its private key; none: it is in the file of `cert`.

    A server's certificate must be for the name by which it was called; there is no setting that lets it be another's.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """One for all connections of the process: see shared.renewed. Raises OSError, SSLError."""
        return _context(self)


@lru_cache
def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.cert:
        context.load_cert_chain(tls.cert, tls.key)
    return context


def certificates(file: Path) -> list[x509.Certificate]:
    """Raises ValueError, which says what is wrong with the file."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"{file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)") from error


def expires(file: Path) -> float:
    """When the first of those in it does, as seconds since 1970. Raises OSError, and ValueError as `certificates`."""
    return min(one.not_valid_after_utc for one in certificates(file)).timestamp()


def check_own(cert: Path, key: Path | None) -> None:
    """That a server could take it. Raises ValueError."""
    own, now = certificates(cert)[0], datetime.now(UTC)
    if own.not_valid_before_utc > now:
        raise ValueError(
            f"{cert} is not good before {own.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: look at this machine's clock"
        )
    if own.not_valid_after_utc < now:
        raise ValueError(f"{cert} expired on {own.not_valid_after_utc:%Y-%m-%d}: have a new one issued")
    file = key or cert
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except TypeError as error:
        raise ValueError(f"the private key in {file} is locked with a passphrase: give one without") from error
    except ValueError as error:
        raise ValueError(f"{file} holds no private key in PEM (-----BEGIN PRIVATE KEY-----)") from error
    if private.public_key() != own.public_key():
        raise ValueError(f"the private key in {file} is not that of the certificate in {cert}")
