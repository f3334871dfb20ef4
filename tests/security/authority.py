"""Certificates as an operator has them: of a CA of their own, as files. Good ones, an expired one, another name's."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from trustme import CA, LeafCert

HOST = "127.0.0.1"
LONG_AGO = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 1, 1, tzinfo=UTC)}


@dataclass(frozen=True)
class Issued:
    """`both`: certificate and key in one file, as MongoDB's driver and Kafka want it."""

    cert: Path
    key: Path
    both: Path


@dataclass(frozen=True)
class Authority:
    """A CA, and where its files go."""

    folder: Path
    made: CA = field(default_factory=CA)

    @property
    def ca(self) -> Path:
        file = self.folder / "ca.pem"
        if not file.exists():
            self.made.cert_pem.write_to_path(file)
        return file

    def server(self) -> Issued:
        return self._written("server", self.made.issue_cert(HOST, "localhost"))

    def expired(self) -> Issued:
        return self._written("expired", self.made.issue_cert(HOST, **LONG_AGO))

    def misnamed(self) -> Issued:
        return self._written("misnamed", self.made.issue_cert("elsewhere.example"))

    def client(self) -> Issued:
        return self._written("client", self.made.issue_cert("network@example.org", common_name="tsunagu"))

    def expired_client(self) -> Issued:
        return self._written("expired-client", self.made.issue_cert("network@example.org", **LONG_AGO))

    def early_client(self) -> Issued:
        """Good from tomorrow on."""
        start = datetime.now(UTC) + timedelta(days=1)
        leaf = self.made.issue_cert("network@example.org", not_before=start, not_after=start + timedelta(days=9))
        return self._written("early-client", leaf)

    def lasting(self, days: float) -> Issued:
        end = datetime.now(UTC) + timedelta(days=days, minutes=10)
        return self._written("lasting", self.made.issue_cert("network@example.org", not_after=end))

    def copy(self, issued: Issued, folder: Path) -> Issued:
        """In files of its own, to be renewed."""
        folder.mkdir()
        return Issued(*(copyfile(file, folder / file.name) for file in (issued.cert, issued.key, issued.both)))

    def _written(self, name: str, leaf: LeafCert) -> Issued:
        issued = Issued(*(self.folder / f"{name}.{end}" for end in ("crt", "key", "pem")))
        chain = b"".join(one.bytes() for one in leaf.cert_chain_pems)
        key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # Kafka reads no other form
        issued.cert.write_bytes(chain)
        issued.key.write_bytes(private)
        issued.both.write_bytes(private + chain)
        return issued


def authority(folder: Path) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    return Authority(folder)
