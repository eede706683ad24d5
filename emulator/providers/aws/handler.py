"""What a resource type does in the cloud; one subclass per type in `resources/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Handler:
    """Operations of one resource type. Every method may raise ClientError or RefusalError."""

    label: ClassVar[str]
    """How pulumi-aws calls the type in its messages, such as `EC2 VPC`."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Defaults of the provider's schema that are neither empty nor false, or that matter for
    drift: a property that no program sets is compared with these."""
    computed: ClassVar[frozenset[str]] = frozenset()
    """Optional properties that AWS fills in: taking them out of a program changes nothing."""
    ordered: ClassVar[frozenset[str]] = frozenset()
    """Lists whose order means something."""

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        """What is wrong with inputs as far as they are known, without asking the cloud."""
        return []

    def same(self, path: str, old: Any, new: Any) -> bool:
        """Whether two different values of a property mean the same."""
        return False

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """Whether a change forces a replacement; None leaves it to the table. `news`: inputs."""
        return None

    def unknown_after_update(self, changed: set[str]) -> list[str]:
        """Outputs that an update of these properties changes, too."""
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        """Create, and return the id."""
        raise NotImplementedError

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        """What the cloud says now, None where it is gone. `known`: last inputs and outputs."""
        raise NotImplementedError

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        """Change in place from old outputs to new inputs."""

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Delete; an error that says "not found" counts as done."""
        raise NotImplementedError


def known_object(value: Any) -> Properties:
    """The value where it is an object; an empty one where it is absent or not known yet."""
    return value if isinstance(value, dict) else {}


def failure(property_: str, reason: str) -> CheckFailure:
    """A property that is wrong, and why."""
    return CheckFailure(property=property_, reason=reason)
