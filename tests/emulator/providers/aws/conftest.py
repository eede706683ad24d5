"""An emulated AWS in this process, without database servers, and a provider that uses it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moto.rds.models
import pytest

from emulator.cloud.authorization.principals import Accounts
from emulator.cloud.aws_endpoint import AwsEndpoint
from emulator.cloud.provider_context import Credentials, Kept, ProviderContext
from emulator.providers.aws import AwsProvider
from tests.emulator.providers.aws.resource_driver import Driver

ACCOUNT_ID = "123456789012"


class FakeDatabases:
    """Says that any PostgreSQL 17 or 18 can be run."""

    def engine_version(self, asked: str | None) -> str:
        if asked is not None and asked.partition(".")[0] not in ("17", "18"):
            msg = f"PostgreSQL {asked} cannot be run here"
            raise ValueError(msg)
        return asked if asked and "." in asked else f"{asked or 18}.1"


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    """Address of the emulated AWS, which judges every request, without database servers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("create_db_instance", "create_db_instance_read_replica"):
            original = getattr(moto.rds.models.RDSBackend, name)

            def unique(self: Any, arguments: Any, original: Any = original) -> Any:
                model = original(self, arguments)
                model.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
                return model

            patch.setattr(moto.rds.models.RDSBackend, name, unique)
        endpoint = AwsEndpoint(install_rds=lambda: None, install_sessions=lambda: None)
        endpoint.start()
        yield endpoint.url
        endpoint.stop()


@pytest.fixture(scope="session")
def administrator() -> Credentials:
    """Keys of the account's administrator."""
    return Accounts().administrator(ACCOUNT_ID)


@pytest.fixture(scope="session")
def clients() -> dict[tuple[str, str], Any]:
    """boto3 clients by service and region: making one takes longer than most tests."""
    return {}


@pytest.fixture
def context(
    endpoint_url: str,
    administrator: Credentials,
    clients: dict[tuple[str, str], Any],
    tmp_path: Path,
) -> ProviderContext:
    """A principal of the account."""
    return ProviderContext(
        account_id=ACCOUNT_ID,
        region="eu-west-1",
        credentials=administrator,
        endpoint_url=endpoint_url,
        ca_file="",
        folder=tmp_path,
        kept=Kept(),
        databases=FakeDatabases(),
        _clients=clients,
    )


@pytest.fixture
def driver(context: ProviderContext) -> Iterator[Driver]:
    """A configured provider, driven as the engine drives it; what it made goes away again."""
    provider = AwsProvider(context)
    provider.configure({"region": "eu-west-1", "defaultTags": '{"tags": {"stage": "test"}}'})
    driver = Driver(provider, context)
    yield driver
    driver.delete_all()
    assert driver.made == []
