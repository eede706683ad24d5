"""One cloud process for all of these tests, with two accounts and one database server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.cloud import client
from emulator.cloud.client import Cloud, Session
from emulator.home import Home
from tests.emulator.cloud.doors import (
    ACCOUNT_ID,
    MASTER,
    PASSWORD,
    REGION,
    Instance,
    client_of,
    create_instance,
)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def started_twice(home: Home) -> Iterator[tuple[Cloud, Cloud]]:
    """What two starts at the same time gave."""
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(client.start, [home, home])
    yield first, second
    client.stop(home)


@pytest.fixture(scope="session")
def cloud(started_twice: tuple[Cloud, Cloud]) -> Cloud:
    return started_twice[0]


@pytest.fixture(scope="session")
def administrator(cloud: Cloud) -> Session:
    return cloud.session(ACCOUNT_ID, REGION)


@pytest.fixture(scope="session")
def rds(administrator: Session) -> Any:
    return client_of(administrator, "rds")


@pytest.fixture(scope="session")
def iam(administrator: Session) -> Any:
    return client_of(administrator, "iam")


@pytest.fixture(scope="session")
def instance(cloud: Cloud, rds: Any) -> Instance:
    """An instance that tests do not change, with the roles `token_user` and `password_user`."""
    created = create_instance(rds, "shared", cloud.ca_file)
    with created.connect(MASTER) as connection:
        connection.execute(f"CREATE ROLE password_user LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE ROLE token_user LOGIN IN ROLE rds_iam")
    return created


@pytest.fixture
def token(rds: Any, instance: Instance) -> str:
    """A token that lets the administrator in as `token_user`."""
    made: str = rds.generate_db_auth_token(instance.host, instance.port, "token_user")
    return made


@pytest.fixture
def new_instance(cloud: Cloud, rds: Any) -> Iterator[Callable[..., Instance]]:
    """Makes instances that are gone after the test."""
    made: list[str] = []

    def make(identifier: str, **settings: Any) -> Instance:
        created = create_instance(rds, identifier, cloud.ca_file, **settings)
        made.append(identifier)
        return created

    yield make
    for identifier in made:
        rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)
