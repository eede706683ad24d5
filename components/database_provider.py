"""The PostgreSQL provider, signed in by IAM token over verified TLS."""

from __future__ import annotations

import pulumi
import pulumi_postgresql as postgresql

from stages.server_settings import PROVIDER_POOL


def database_provider(
    name: str,
    *,
    address: pulumi.Input[str],
    port: pulumi.Input[int],
    user: pulumi.Input[str],
    region: str,
    opts: pulumi.ResourceOptions,
) -> postgresql.Provider:
    """A provider that works as `user`.

    It makes one token when it is configured, which lives 15 minutes: let nothing slow stand
    between it and its resources. The authority's certificates come from PGSSLROOTCERT.
    """
    return postgresql.Provider(
        name,
        host=address,
        port=port,
        username=user,
        database="postgres",
        aws_rds_iam_auth=True,
        aws_rds_iam_region=region,
        sslmode="verify-full",
        superuser=False,
        connect_timeout=30,
        max_connections=PROVIDER_POOL,
        opts=opts,
    )
