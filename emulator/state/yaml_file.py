"""YAML as Pulumi reads it: `yes`, `1:30` and `2026-01-01` are strings, `1e3` is 1000, `010` is 8.

PyYAML follows YAML 1.1, the CLI's parser is nearer to 1.2:
https://github.com/go-yaml/yaml/blob/v3/README.md#compatibility
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from emulator.errors import UserError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc] # the class is chosen at run time
    """Loader with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: Final[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_SCALARS: Final = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    (
        "tag:yaml.org,2002:int",
        r"[-+]?([0-9][0-9_]*|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)",
        "-+0123456789",
    ),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan",
        "-+.0123456789",
    ),
    ("tag:yaml.org,2002:merge", r"<<", "<"),
)
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def _integer(loader: Any, node: Any) -> int | float:
    """Octal with a leading zero where its digits allow it, decimal otherwise, as in the CLI."""
    text = str(loader.construct_scalar(node)).replace("_", "")
    digits = text.lstrip("+-")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    if base == 10 and digits.startswith("0") and not set(digits) & set("89"):
        base = 8
    number = int(text, base)
    return number if abs(number) < 2**64 else float(number)


def _float(loader: Any, node: Any) -> int | float:
    """A number without a fraction is written without one."""
    number: float = loader.construct_yaml_float(node)
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)


def read_yaml(path: Path) -> dict[str, Any]:
    """Mapping that a YAML file holds, empty for an empty file. Raises UserError."""
    try:
        document = yaml.load(path.read_text(), _Loader)  # noqa: S506 - derived from the safe loader
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}"
        raise UserError(msg, 1) from error
    except yaml.YAMLError as error:
        msg = f"{path} is not valid YAML: {error}"
        raise UserError(msg, 1) from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        msg = f"{path} must hold a mapping, got a {type(document).__name__}"
        raise UserError(msg, 1)
    return document
