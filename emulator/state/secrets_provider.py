"""The secrets of one stack: which salt they have, and which ciphertext each unchanged one keeps."""

from __future__ import annotations

from typing import Final

from emulator.errors import UserError
from emulator.home import Home
from emulator.state.passphrase import Crypter, WrongKeyError, new_state, open_state

MASK: Final = "[secret]"


class SecretsProvider:
    """Encrypts and decrypts the secrets of one stack's state.

    The key is derived when the first secret asks for it. A value that stands where it stood keeps
    its ciphertext, so that a file without a change stays byte for byte what it was.
    """

    def __init__(self, home: Home, state: str, what: str) -> None:
        self._home = home
        self._state = state
        self._what = what
        self._crypter: Crypter | None = None
        self._known: dict[tuple[object, str], str] = {}

    @property
    def state(self) -> str:
        """`v1:<salt>:<check>`; a provider that had none gets a fresh one."""
        if not self._state:
            self._state, self._crypter = new_state(self._home)
        return self._state

    def crypter(self) -> Crypter:
        """The crypter of this provider's state. Raises UserError for a wrong passphrase."""
        if self._crypter is None:
            state = self.state
            if self._crypter is None:
                self._crypter = open_state(self._home, state, self._what)
        return self._crypter

    def encrypt(self, text: str, place: object) -> str:
        """Ciphertext of a text that stands at a place."""
        known = self._known.get((place, text))
        if known is None:
            known = self._known[place, text] = self.crypter().encrypt(text)
        return known

    def decrypt(self, ciphertext: str, place: object) -> str:
        """Text of a ciphertext that stands at a place. Raises UserError where it cannot be read."""
        try:
            text = self.crypter().decrypt(ciphertext)
        except WrongKeyError as error:
            msg = f"{self._what}: a secret cannot be decrypted: it is damaged, or of another key"
            raise UserError(msg) from error
        self._known[place, text] = ciphertext
        return text
