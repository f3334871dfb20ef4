"""The certificate of a server is good, and that of the CA which we trust has expired: it is the file of ours that is named."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared import handshake
from shared.handshake import Server
from shared.tls import Tls
from tests.security.authority import HOST

NOW = datetime.now(UTC)
CA = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca of the tests")])


def issued(days: int, signer: ec.EllipticCurvePrivateKey, owner: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
    name = CA if ca else x509.Name([])
    made = (
        x509.CertificateBuilder(CA, name, owner.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
    )
    return made.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)


async def told(folder: Path, *, ca: int, server: int) -> str | None:
    """What is said of a server whose certificates end in so many days."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    (folder / "ca.pem").write_bytes(issued(ca, root, root, ca=True))
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(private + issued(server, root, own, ca=False))
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(folder / "server.pem")
    listening = await asyncio.start_server(lambda _reader, writer: writer.close(), HOST, 0, ssl=shown)
    port = listening.sockets[0].getsockname()[1]
    try:
        return await handshake.refusal(Server("broker", HOST, port, "TSUNAGU_KAFKA"), Tls(folder / "ca.pem"))
    finally:
        listening.close()


async def test_whose_certificate_has_expired_is_told(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    ours = await told(tmp_path / "ours", ca=-1, server=9)
    assert ours and "a certificate in TSUNAGU_KAFKA_CA has expired" in ours
    theirs = await told(tmp_path / "theirs", ca=9, server=-1)
    assert theirs and theirs.endswith("has a certificate that has expired: it needs a new one")
