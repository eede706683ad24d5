# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Resource types that moto does not have: checked, and kept in the cloud process's memory.

The id is the resource's name where it has one (a second of the same name is refused), else the
type's short name and 17 hex digits. The ARN, where the SDK has an `arn` output, is
`arn:<partition>:<service>:<region>:<account>:<type>/<id>`. No other output is invented.
"""

from __future__ import annotations

import re
import secrets
from typing import ClassVar

from emulator.providers.aws import sdk
from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.naming import DEFAULTS_KEY, name_rule
from emulator.values import Properties


class KeptHandler(Handler):
    """Keeps what it is given."""

    label: ClassVar[str] = "resource"

    def __init__(self, type_: str) -> None:
        self.type = type_

    @property
    def _short_name(self) -> str:
        return self.type.partition(":")[2].partition(":")[0].rpartition("/")[2]

    def create(self, account: Account, inputs: Properties) -> str:
        schema = sdk.resource(self.type)
        assert schema is not None  # noqa: S101 - check refused unknown types
        rule = name_rule(schema)
        name = inputs.get(rule.property if rule else "name")
        id_ = str(name) if name else f"{self._short_name}-{secrets.token_hex(9)[:17]}"
        with account.kept.locked():
            if account.kept.get(account.account_id, account.region, self.type, id_) is not None:
                message = f"{self._short_name} {id_} already exists in {account.region}"
                raise RefusalError(
                    self._service,
                    f"Create{self._short_name}",
                    "ResourceAlreadyExistsException",
                    message,
                )
            self._put(account, id_, inputs)
        return id_

    @property
    def _service(self) -> str:
        return re.split("[:/]", self.type)[1]

    def _put(self, account: Account, id_: str, inputs: Properties) -> None:
        attributes = {key: value for key, value in inputs.items() if key != DEFAULTS_KEY}
        schema = sdk.resource(self.type)
        if schema is not None and "arn" in schema.outputs and "arn" not in attributes:
            attributes["arn"] = account.arn(self._service, f"{self._short_name}/{id_}")
        account.kept.put(account.account_id, account.region, self.type, id_, attributes)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        return account.kept.get(account.account_id, account.region, self.type, id_)

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._put(account, id_, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.kept.delete(account.account_id, account.region, self.type, id_)
