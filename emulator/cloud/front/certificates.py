"""The emulator's own certificate authority, and the certificates of the database servers."""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LIFETIME: Final = timedelta(days=3650)
SERVER_LIFETIME: Final = timedelta(days=365)


class CertificateAuthority:
    """A certificate authority that lives in a home and stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ca.pem"
        """The certificate that clients trust, for `sslrootcert`."""
        key_file = folder / "ca.key"
        try:
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            self._certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or self._is_old():
            key = ec.generate_private_key(ec.SECP256R1())
            self._certificate = _self_signed(key)
            _write(key_file, _private_pem(key))
            _write(self.file, self._certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        self._key = key

    def _is_old(self) -> bool:
        return self._certificate.not_valid_after_utc < datetime.now(UTC) + SERVER_LIFETIME

    def issue(self, address: str, file: Path) -> None:
        """Write a server's certificate and key (PEM) for an IP address and `localhost`."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        issuer_key = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(address))]
        certificate = (
            _builder(address, self._certificate.subject, key.public_key(), now, SERVER_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key.value),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        _write(file, certificate.public_bytes(serialization.Encoding.PEM) + _private_pem(key))


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = "Emulator RDS certificate authority"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(name, subject, key.public_key(), datetime.now(UTC), CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    name: str,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file that nobody else can read while it is being written."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
