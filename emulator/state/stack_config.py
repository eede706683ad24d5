"""A stack's configuration: `Pulumi.<stack>.yaml` over what the project declares.

Stack files are read and never written: they are committed, and shared with the real CLI.
Source: https://www.pulumi.com/docs/iac/concepts/config/
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from emulator.errors import UserError
from emulator.home import Home
from emulator.state.passphrase import Crypter, WrongKeyError, open_state
from emulator.state.project import Project
from emulator.state.yaml_file import read_yaml

TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """A stack's configuration as a program gets it."""

    file: Path
    values: dict[str, str] = field(default_factory=dict)
    """Decrypted values by full key (`aws:region`), objects and lists as JSON text."""
    secret_keys: frozenset[str] = frozenset()
    raw: dict[str, Any] = field(default_factory=dict)
    """Values by full key as the file has them, secret ones still encrypted."""
    encryption_salt: str = ""
    secrets_provider: str = ""
    """A provider that the file names and the emulator does not use, empty where there is none."""

    def history(self) -> dict[str, Any]:
        """Values as a history keeps them: text, and secret ones encrypted as in the file."""
        return {
            key: self.raw[key] if key in self.secret_keys else self.values[key]
            for key in sorted(self.raw)
            if key in self.values
        }

    def shown(self) -> dict[str, str]:
        """Values for people and reports."""
        return {
            key: "[secret]" if key in self.secret_keys else self.values[key]
            for key in sorted(self.values)
        }


def load_stack_config(project: Project, file: Path, home: Home) -> StackConfig:
    """Configuration of a stack. Raises UserError with everything that is wrong.

    A file that does not exist is an empty one.
    """
    document = read_yaml(file) if file.exists() else {}
    block = document.get("config") or {}
    if not isinstance(block, dict):
        msg = f"{file}: `config` must be a mapping, got a {type(block).__name__}"
        raise UserError(msg, 1)
    raw = {_full_key(str(key), project.name): value for key, value in block.items()}
    provider = str(document.get("secretsprovider") or "")
    reader = _Reader(file, home, str(document.get("encryptionsalt") or ""), provider)
    reader.read_all(_with_declared(raw, project, file))
    return StackConfig(
        file=file,
        values=reader.values,
        secret_keys=frozenset(reader.secret_keys),
        raw=raw,
        encryption_salt=reader.salt,
        secrets_provider="" if provider == "passphrase" else provider,
    )


def _full_key(key: str, project: str) -> str:
    """Key with its namespace; `<namespace>:config:<key>` is the older way to write one."""
    parts = key.split(":")
    if len(parts) == 1:
        return f"{project}:{key}"
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return key


def _with_declared(raw: dict[str, Any], project: Project, file: Path) -> dict[str, Any]:
    """Values with the project's declarations applied: values and defaults, what is missing."""
    merged = dict(raw)
    problems = []
    for key, declared in project.config.items():
        full = _full_key(str(key), project.name)
        declaration = declared if isinstance(declared, dict) else {"default": declared}
        if full not in merged:
            if "value" in declaration:
                merged[full] = declaration["value"]
            elif declaration.get("default") is not None:
                merged[full] = declaration["default"]
            elif "type" in declaration:
                problems.append(f"{full}: missing; {project.file.name} declares it")
                continue
            else:
                continue
        type_ = str(declaration.get("type", ""))
        if type_ in TYPES and not _has_type(merged[full], type_):
            problems.append(f"{full}: got {_describe(merged[full])}, allowed: {type_}")
    if problems:
        raise UserError("\n  ".join([f"{file}:", *sorted(problems)]), 1)
    return merged


def _has_type(value: Any, type_: str) -> bool:
    if isinstance(value, dict) and set(value) == {"secure"}:
        return True
    if isinstance(value, str) and type_ in ("integer", "number", "boolean"):
        try:
            value = json.loads(value)  # `config set` writes every scalar as a string
        except ValueError:
            return False
    if isinstance(value, bool):
        return type_ == "boolean"
    return isinstance(value, TYPES[type_])


def _describe(value: Any) -> str:
    return f"a {type(value).__name__}" if isinstance(value, dict | list) else repr(value)


class _Reader:
    """Turns a file's values into text, and decrypts."""

    def __init__(self, file: Path, home: Home, salt: str, provider: str) -> None:
        self.values: dict[str, str] = {}
        self.secret_keys: set[str] = set()
        self.salt = salt
        self._file = file
        self._home = home
        self._provider = provider
        self._crypter: Crypter | None = None
        self._problems: list[str] = []

    def read_all(self, raw: dict[str, Any]) -> None:
        for key in sorted(raw):
            text = self._text(key, raw[key])
            if text is not None:
                self.values[key] = text
        if self._problems:
            raise UserError("\n  ".join([f"{self._file}:", *self._problems]), 1)

    def _text(self, key: str, value: Any) -> str | None:
        value = self._opened(key, value)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)

    def _opened(self, key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._opened(key, item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"secure"} and isinstance(value["secure"], str):
            self.secret_keys.add(key)
            return self._decrypted(key, value["secure"])
        return {str(name): self._opened(key, item) for name, item in value.items()}

    def _decrypted(self, key: str, ciphertext: str) -> str:
        if not self.salt:
            provider = self._provider or "one that the file does not name"
            self._problems.append(
                f"{key}: encrypted by secrets provider {provider!r}, which the emulator does not "
                "have; it uses a passphrase (`encryptionsalt`). Give a copy of the file with a "
                "value of its own by --config-file"
            )
            return ""
        if self._crypter is None:
            self._crypter = open_state(self._home, self.salt, str(self._file))
        try:
            return self._crypter.decrypt(ciphertext)
        except WrongKeyError:
            self._problems.append(f"{key}: cannot be decrypted: damaged, or of another key")
            return ""
