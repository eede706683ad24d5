"""Pulumi's passphrase secrets provider, format-exact, so that the CLI reads what is written here.

The provider's state is `v1:<salt>:v1:<nonce>:<ciphertext>`, where the ciphertext is the word
"pulumi": it tells a wrong passphrase. Keys are PBKDF2-SHA256 with 1,000,000 iterations, values
AES-256-GCM as `v1:<nonce>:<ciphertext>`, all in base64. Sources:
https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go and
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.errors import UserError
from emulator.home import Home
from emulator.state.atomic_file import write_atomically

ITERATIONS: Final = 1_000_000
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 8
CHECK_WORD: Final = "pulumi"


class WrongKeyError(Exception):
    """The key does not open the value."""


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase, and where it came from."""

    text: str
    source: str
    generated: bool = False

    def __repr__(self) -> str:
        return f"Passphrase(source={self.source!r})"


class Crypter:
    """Encrypts and decrypts with one derived key."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # costs 40 ms, often unused

        self.key = key
        self._cipher = AESGCM(key)

    def encrypt(self, text: str) -> str:
        """Ciphertext of a text, another one at each call."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), None)
        return f"v1:{_base64(nonce)}:{_base64(sealed)}"

    def decrypt(self, ciphertext: str) -> str:
        """Text of a ciphertext. Raises WrongKeyError where the key or the format does not fit."""
        from cryptography.exceptions import InvalidTag

        try:
            version, nonce, sealed = ciphertext.split(":")
            if version != "v1":
                raise WrongKeyError
            opened = self._cipher.decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None)
            return opened.decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise WrongKeyError from error


def find_passphrase(home: Home) -> Passphrase:
    """The passphrase as the CLI finds it, or the one that the emulator made for this home."""
    given = os.environ.get("PULUMI_CONFIG_PASSPHRASE")
    if given is not None:
        return Passphrase(given, "PULUMI_CONFIG_PASSPHRASE")
    file = os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if file:
        try:
            text = Path(file).expanduser().read_text().strip()
        except OSError as error:
            msg = (
                f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}, which cannot be read: "
                f"{error.strerror}. Name a file that can, or unset it to use the emulator's own."
            )
            raise UserError(msg, 1) from error
        return Passphrase(text, f"PULUMI_CONFIG_PASSPHRASE_FILE ({file})")
    path = home.passphrase_file
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(32).encode())
    return Passphrase(path.read_text().strip(), str(path), generated=True)


def passphrase_is_given() -> bool:
    """Whether the environment names a passphrase."""
    return "PULUMI_CONFIG_PASSPHRASE" in os.environ or bool(
        os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    )


def new_state(home: Home) -> tuple[str, Crypter]:
    """State of a new provider with a fresh salt, and its crypter."""
    passphrase = find_passphrase(home)
    salt = secrets.token_bytes(SALT_BYTES)
    crypter = Crypter(_derive(passphrase, salt))
    state = f"v1:{_base64(salt)}:{crypter.encrypt(CHECK_WORD)}"
    if passphrase.generated:
        _remember(home, state, crypter.key)
    return state, crypter


def open_state(home: Home, state: str, what: str) -> Crypter:
    """Crypter of a provider's state. Raises UserError where the passphrase does not fit.

    `what` names the file that holds the state, for the message.
    """
    try:
        version, salt_text, check = state.split(":", 2)
        salt = base64.b64decode(salt_text)
    except ValueError as error:
        msg = f"{what}: the encryption salt is malformed; expected v1:<salt>:v1:<nonce>:<check>"
        raise UserError(msg, 1) from error
    if version != "v1":
        msg = f"{what}: the encryption salt is of version {version}; the emulator knows v1"
        raise UserError(msg, 1)
    passphrase = find_passphrase(home)
    if passphrase.generated:
        cached = _cached(home, state)
        if cached is not None and _fits(Crypter(cached), check):
            return Crypter(cached)
    crypter = Crypter(_derive(passphrase, salt))
    if not _fits(crypter, check):
        msg = (
            f"{what}: its secrets were encrypted with another passphrase than that of "
            f"{passphrase.source}. Set PULUMI_CONFIG_PASSPHRASE to the one that was used"
            + (", or unset it if the emulator's own was." if not passphrase.generated else ".")
        )
        raise UserError(msg, 1)
    if passphrase.generated:
        _remember(home, state, crypter.key)
    return crypter


def _fits(crypter: Crypter, check: str) -> bool:
    try:
        return crypter.decrypt(check) == CHECK_WORD
    except WrongKeyError:
        return False


def _derive(passphrase: Passphrase, salt: bytes) -> bytes:
    text = passphrase.text.encode()
    return hashlib.pbkdf2_hmac("sha256", text, salt, ITERATIONS, KEY_BYTES)


def _cached(home: Home, state: str) -> bytes | None:
    try:
        keys = json.loads(home.key_cache_file.read_text())
        key = base64.b64decode(keys[state])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if len(key) == KEY_BYTES else None


def _remember(home: Home, state: str, key: bytes) -> None:
    try:
        keys = json.loads(home.key_cache_file.read_text())
    except (OSError, ValueError):
        keys = {}
    if not isinstance(keys, dict):
        keys = {}
    keys[state] = _base64(key)
    write_atomically(home.key_cache_file, json.dumps(keys).encode())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
