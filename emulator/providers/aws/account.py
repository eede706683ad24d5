"""The account, region and principal that one operation works in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.cloud.provider_context import Databases, Kept, ProviderContext


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where an operation happens, and what it may ask."""

    context: ProviderContext
    account_id: str
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict)

    def in_region(self, region: str | None) -> Account:
        """The same account in another region (every resource may name its own)."""
        return self if not region or region == self.region else replace(self, region=region)

    def client(self, service: str) -> Any:
        """boto3 client of a service in this region."""
        return self.context.client(service, self.region)

    @property
    def partition(self) -> str:
        """Partition of the region, the first part of its ARNs."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        """Domain of the partition's services."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def kept(self) -> Kept:
        """Store of what moto does not have."""
        return self.context.kept

    @property
    def databases(self) -> Databases:
        """What the cloud knows about database servers."""
        return self.context.databases

    def arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        """ARN of a resource in this account and region."""
        region = "" if is_global else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account_id}:{resource}"
