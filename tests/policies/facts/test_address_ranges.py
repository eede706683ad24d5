"""Which ranges a stage trusts, by what its host's settings declare."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Network

import pytest

from policies.facts.address_ranges import foreign_ranges, listed, trusted_ranges
from policies.stage_map import Stages
from tests.policies.cases import stages

OWN = IPv4Network("10.20.0.0/16")
PROD = IPv4Network("10.30.0.0/16")


def declaring(reserved: dict[str, str], clients: tuple[str, ...] = ()) -> Stages:
    """Preprod, whose host declares these networks."""
    seen = stages("preprod")
    settings = seen.current.settings
    assert settings.host is not None
    networks = {name: IPv4Network(cidr) for name, cidr in reserved.items()}
    host = settings.host.model_copy(
        update={
            "network": settings.host.network.model_copy(update={"reserved_cidrs": networks}),
            "server": settings.host.server.model_copy(
                update={"client_cidrs": tuple(map(IPv4Network, clients))}
            ),
        }
    )
    current = dataclasses.replace(seen.current, settings=settings.model_copy(update={"host": host}))
    return Stages(current=current, all={**seen.all, "preprod": current})


def test_offices_and_clients_are_trusted_beside_the_own_network() -> None:
    seen = declaring({"office": "192.0.2.0/24"}, ("10.90.0.0/24",))

    assert list(map(str, trusted_ranges(seen, []))) == [str(OWN), "192.0.2.0/24", "10.90.0.0/24"]


@pytest.mark.parametrize("cidr", ["128.0.0.0/1", "172.16.0.0/12"])
def test_what_is_wider_than_the_own_network_is_not_trusted_by_being_declared(cidr: str) -> None:
    assert trusted_ranges(declaring({"office": cidr}, (cidr,)), []) == [OWN]


def test_what_reaches_another_host_is_not_trusted_by_being_declared() -> None:
    assert trusted_ranges(declaring({"office": "10.30.8.0/24"}, ("10.30.0.0/16",)), []) == [OWN]


def test_a_tenant_trusts_what_its_host_does() -> None:
    assert OWN in trusted_ranges(stages("test"), [])
    assert PROD in foreign_ranges(stages("test"))


def test_a_range_that_is_reserved_for_another_host_is_foreign_though_that_host_has_another() -> (
    None
):
    assert [str(range_) for range_ in foreign_ranges(declaring({"prod": "10.31.0.0/16"}))] == [
        "10.30.0.0/16",
        "10.31.0.0/16",
    ]
    assert foreign_ranges(declaring({"office": "10.31.0.0/16"})) == [PROD]


def test_a_stage_whose_host_has_no_stack_file_trusts_what_the_configuration_names() -> None:
    seen = stages("test")
    alone = Stages(current=seen.current, all={"test": seen.current})

    assert trusted_ranges(alone, ["192.0.2.0/24", "nonsense"]) == [IPv4Network("192.0.2.0/24")]
    assert foreign_ranges(alone) == []


def test_no_ranges_are_listed_in_words() -> None:
    assert listed([]) == "none here"
    assert listed([OWN, PROD]) == "10.20.0.0/16, 10.30.0.0/16"
