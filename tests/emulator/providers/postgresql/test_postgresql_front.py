"""The provider through the front door of an emulated RDS instance: TLS and a token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from emulator.cloud import client
from emulator.cloud.provider_context import Credentials, ProviderContext
from emulator.home import Home
from emulator.providers.postgresql import PostgresqlProvider
from emulator.providers.provider import ProviderError
from tests.emulator.cloud.doors import (
    ACCOUNT_ID,
    MASTER,
    REGION,
    Instance,
    client_of,
    create_instance,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = "postgresql:index/role:Role"
URN = f"urn:pulumi:stage::project::{ROLE}::it"


@pytest.fixture
def instance_and_context(
    tmp_path: Path, context: ProviderContext
) -> Iterator[tuple[Instance, ProviderContext]]:
    """An instance whose role `host_admin` signs in by token, and the account's administrator."""
    home = Home(tmp_path)
    try:
        cloud = client.start(home)
        session = cloud.session(ACCOUNT_ID, REGION)
        instance = create_instance(client_of(session, "rds"), "shared", cloud.ca_file)
        with instance.connect(MASTER) as master:
            master.execute("CREATE ROLE host_admin LOGIN CREATEROLE IN ROLE rds_iam")
        environment = session.environment
        credentials = Credentials(
            access_key_id=environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            session_token=environment.get("AWS_SESSION_TOKEN"),
        )
        of_session = replace(context, credentials=credentials, ca_file=cloud.ca_file)
        yield instance, of_session
    finally:
        client.stop(home)


def test_a_provider_signs_in_by_token_and_verifies_the_server(
    instance_and_context: tuple[Instance, ProviderContext], tmp_path: Path
) -> None:
    instance, context = instance_and_context

    def create(name: str, **config: Any) -> str:
        provider = PostgresqlProvider(context)
        where = {"host": instance.host, "port": str(instance.port), "username": "host_admin"}
        how = {"sslmode": "verify-full", "awsRdsIamAuth": "true", "awsRdsIamRegion": REGION}
        provider.configure({**where, **how, **config})
        return provider.create(URN, ROLE, {"name": name}, preview=False).id

    assert create("made_by_token") == "made_by_token"
    with pytest.raises(ProviderError, match="set the provider's awsRdsIamRegion"):
        create("without_region", awsRdsIamRegion="")
    with pytest.raises(ProviderError, match=r"root certificate file .* does not exist"):
        create("without_authority", sslrootcert=str(tmp_path / "none.pem"))
    with pytest.raises(ProviderError, match="no encryption"):
        create("without_tls", sslmode="disable")
