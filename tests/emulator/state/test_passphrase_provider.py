"""Secrets are Pulumi's own, byte for byte, and cost nothing where there is nothing secret."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest

from emulator.errors import UserError
from emulator.home import Home
from emulator.state import passphrase
from emulator.state.passphrase import WrongKeyError, new_state, open_state
from emulator.state.secrets_provider import SecretsProvider

CLI_STATE = "v1:RbZYW+r3uNU=:v1:ahQIqMx8ANSZWrhN:F9tbnZkENoVO8RN67Y18V0EIc9lmVQ=="
CLI_CIPHERTEXT = "v1:DvkuFvX886T+Qqx4:Ysw4WowLxMtPBuLMg8hKUSj71fHQsA=="
"""Written by pulumi 3.260.0 with passphrase "x"."""


def test_what_the_cli_encrypted_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "ITERATIONS", 1_000_000)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "x")
    assert open_state(home, CLI_STATE, "file").decrypt(CLI_CIPHERTEXT) == "s3cr3t"


def test_a_wrong_passphrase_is_named_by_its_source_and_never_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "hunter2")
    with pytest.raises(UserError, match="PULUMI_CONFIG_PASSPHRASE") as error:
        open_state(home, CLI_STATE, "Pulumi.dev.yaml")
    assert "hunter2" not in str(error.value)
    assert "Pulumi.dev.yaml" in str(error.value)


def test_a_passphrase_file_that_cannot_be_read_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/nowhere/at/all")
    with pytest.raises(UserError, match="/nowhere/at/all"):
        new_state(home)


def test_the_generated_passphrase_and_its_keys_are_for_the_owner_alone(home: Home) -> None:
    new_state(home)
    for file in (home.passphrase_file, home.key_cache_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_of_the_generated_passphrase_is_derived_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, crypter = new_state(home)
    sealed = crypter.encrypt("hello")

    def refuse(*args: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", refuse)
    assert open_state(home, state, "file").decrypt(sealed) == "hello"


@pytest.mark.parametrize("damage", ["AAAA", 7, "A" * 43 + "="])
def test_a_damaged_key_cache_is_derived_anew(home: Home, damage: object) -> None:
    state, crypter = new_state(home)
    sealed = crypter.encrypt("hello")
    home.key_cache_file.write_text(json.dumps({state: damage}))
    assert open_state(home, state, "file").decrypt(sealed) == "hello"


def test_a_ciphertext_that_was_changed_does_not_open(home: Home) -> None:
    _, crypter = new_state(home)
    sealed = crypter.encrypt("hello")
    for damaged in ("", "v1:x", "v2" + sealed[2:], sealed[:-8] + "AAAAAAA="):
        with pytest.raises(WrongKeyError):
            crypter.decrypt(damaged)


def test_a_secret_that_stands_where_it_stood_keeps_its_ciphertext(home: Home) -> None:
    secrets = SecretsProvider(home, "", "file")
    first = secrets.encrypt('"a"', ("urn", "inputs", "p"))
    again = SecretsProvider(home, secrets.state, "file")
    again.decrypt(first, ("urn", "inputs", "p"))
    assert again.encrypt('"a"', ("urn", "inputs", "p")) == first
    assert again.encrypt('"a"', ("urn", "outputs", "p")) != first
    assert again.encrypt('"b"', ("urn", "inputs", "p")) != first
