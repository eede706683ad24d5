"""Two accounts of the one cloud process."""

from __future__ import annotations

import pytest

from emulator.cloud.client import Cloud
from tests.emulator.cloud.authorization.actors import Account
from tests.emulator.cloud.doors import ACCOUNT_ID, OTHER_ACCOUNT_ID


@pytest.fixture(scope="session")
def account(cloud: Cloud) -> Account:
    return Account(cloud, ACCOUNT_ID)


@pytest.fixture(scope="session")
def other_account(cloud: Cloud) -> Account:
    return Account(cloud, OTHER_ACCOUNT_ID)
