"""What a tenant is told when its host is not there, or does not know it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.host_outputs import read_host_outputs
from stages.names import Names
from tests import conftest
from tests.conftest import record

HOST = Names(prefix="devstages", account_id="1" * 12, region="eu-west-1", stage="preprod")


def reading(monkeypatch: pytest.MonkeyPatch, outputs: dict[str, Any], tenant: str) -> None:
    monkeypatch.setattr(conftest, "HOST_OUTPUTS", outputs)

    def program() -> None:
        host = read_host_outputs(HOST, tenant)
        pulumi.export("server_address", host.server_address)
        pulumi.export("data_key_arn", host.data_key_arn)

    record(program, stage=tenant)


def test_a_host_that_is_not_up_is_named_with_the_command_that_brings_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(pulumi.RunError, match=r"not up\. Run `pulumi up --stack preprod`"):
        reading(monkeypatch, {}, "test")


def test_a_host_that_does_not_host_the_stage_is_told_where_to_add_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outputs = {**conftest.HOST_OUTPUTS, "data_key_arns": {"preprod": "arn"}}
    with pytest.raises(pulumi.RunError, match=r"hosts preprod\. Add test to the host's tenants"):
        reading(monkeypatch, outputs, "test")
