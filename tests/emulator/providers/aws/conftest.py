"""An emulated AWS in this process, without database servers, and a provider that uses it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moto.rds.models
import moto.s3.models
import pytest
from moto.iam.access_control import PermissionResult
from moto.server import ThreadedMotoServer

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
    """Address of moto's server, with what the cloud process changes about it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("create_db_instance", "create_db_instance_read_replica"):
            original = getattr(moto.rds.models.RDSBackend, name)

            def unique(self: Any, arguments: Any, original: Any = original) -> Any:
                model = original(self, arguments)
                model.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
                return model

            patch.setattr(moto.rds.models.RDSBackend, name, unique)
        neutral = lambda *_: PermissionResult.NEUTRAL  # noqa: E731 - moto ignores conditions
        patch.setattr(moto.s3.models.FakeBucket, "get_permission", neutral)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture(scope="session")
def clients() -> dict[tuple[str, str], Any]:
    """boto3 clients by service and region: making one takes longer than most tests."""
    return {}


@pytest.fixture
def context(
    endpoint_url: str, clients: dict[tuple[str, str], Any], tmp_path: Path
) -> ProviderContext:
    """A principal of the account."""
    return ProviderContext(
        account_id=ACCOUNT_ID,
        region="eu-west-1",
        credentials=Credentials(access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key="x"),
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
