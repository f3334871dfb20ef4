"""One real Apache Kafka with a listener for each way in, good and bad: certificates, users, both, neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.local.ports import HOST
from shared.kafka.connection import Kafka
from shared.tls import Tls
from tests.apache import kafka as apache
from tests.security.authority import Authority, Issued, authority
from tests.security.one_service import free_port

PROTOCOLS = {
    "USERS": "SASL_SSL", "CERTS": "SSL", "EXPIRED": "SASL_SSL", "MISNAMED": "SASL_SSL", "CLEAR": "SASL_PLAINTEXT",
}  # fmt: skip
"""By listener. `CERTS` lets in whoever shows a certificate of our CA, the others whoever knows the password."""

SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


@dataclass(frozen=True)
class Brokers:
    pki: Authority
    ports: dict[str, int]
    password: str

    def at(
        self, listener: str, *, user: str | None = None, password: str | None = None, tls: Tls | None = None
    ) -> Kafka:
        """As the network's own user, who trusts our CA, unless told otherwise."""
        named = apache.ADMIN if user is None and listener != "CERTS" else user or ""
        secret = (self.password if password is None else password) if named else ""
        trusting = None if listener == "CLEAR" else tls or Tls(self.pki.ca)
        return Kafka(f"{HOST}:{self.ports[listener]}", named, secret, tls=trusting)

    def own(self) -> Tls:
        """With our certificate."""
        issued = self.pki.client()
        return Tls(self.pki.ca, issued.cert, issued.key)


@contextmanager
def brokers(folder: Path) -> Iterator[Brokers]:
    made = Brokers(authority(folder / "pki"), {name: free_port() for name in PROTOCOLS}, uuid4().hex)
    client, controller = apache.free_ports()
    settings = apache.write_settings(folder, client, controller, made.password)
    with settings.open("a") as file:
        file.write("\n".join(_more(made, client, controller)) + "\n")
    jars = apache.fetch()
    apache.format_storage(jars, settings, made.password)
    with apache.running(jars, settings, client):
        yield made


def _more(made: Brokers, client: int, controller: int) -> Iterator[str]:
    """What is written later counts."""
    ways = {**{name: made.ports[name] for name in PROTOCOLS}, "CLIENT": client}
    open_at = ",".join(f"{name}://{HOST}:{port}" for name, port in ways.items())
    yield f"listeners={open_at},CONTROLLER://{HOST}:{controller}"
    yield f"advertised.listeners={open_at}"
    protocols = {**PROTOCOLS, "CLIENT": "SASL_PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
    yield "listener.security.protocol.map=" + ",".join(f"{name}:{protocol}" for name, protocol in protocols.items())
    yield "listener.name.certs.ssl.principal.mapping.rules=RULE:^CN=([^,]*).*$/$1/"  # who shows one is who it names
    good = made.pki.server()
    shown = {"USERS": good, "CERTS": good, "EXPIRED": made.pki.expired(), "MISNAMED": made.pki.misnamed()}
    for name, issued in shown.items():
        yield from _tls(name.lower(), issued, made.pki)
    for name in set(PROTOCOLS) - {"CERTS"}:
        yield f"listener.name.{name.lower()}.scram-sha-512.sasl.jaas.config={SCRAM}"


def _tls(listener: str, issued: Issued, pki: Authority) -> Iterator[str]:
    start = f"listener.name.{listener}.ssl"
    yield f"{start}.keystore.type=PEM"
    yield f"{start}.keystore.location={issued.both}"
    yield f"{start}.truststore.type=PEM"
    yield f"{start}.truststore.location={pki.ca}"
    yield f"{start}.client.auth={'required' if listener == 'certs' else 'none'}"
