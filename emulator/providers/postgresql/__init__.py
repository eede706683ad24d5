"""PostgreSQL as pulumi-postgresql 3.18.2 manages it, on any server that libpq can reach.

The plugin is a bridge to the Terraform provider, so that provider is the source of what happens:
https://github.com/cyrilgdn/terraform-provider-postgresql/tree/ff936b9548c1076f498523a2bd116915ff977142
and https://github.com/pulumi/pulumi-postgresql/blob/v3.18.2/provider/resources.go of its names.
"""

from __future__ import annotations

from emulator.providers.postgresql.provider import VERSION, PostgresqlProvider

__all__ = ["VERSION", "PostgresqlProvider"]
