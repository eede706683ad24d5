"""Cases of policies/rules/rds_parameters.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
KIND = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_KIND = "aws:rds/clusterParameterGroup:ClusterParameterGroup"


def parameters(**values: object) -> list[dict[str, object]]:
    return [{"name": name.replace("__", "."), "value": value} for name, value in values.items()]


def group(name: str = "ours", kind: str = KIND, **values: object) -> Fixture:
    props = {"name": name, "parameters": parameters(**values)}
    return Fixture(type=kind, name=name, props=props)


def server(**props: object) -> Fixture:
    return Fixture(type=INSTANCE, props=props)


LOGS = {
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "ddl",
    "log_min_duration_statement": "1000",
}
BARE = Fixture(type=KIND, props={"name": "ours"})
BY_OUTPUT = Fixture(
    type=INSTANCE,
    props={"parameterGroupName": UNKNOWN},
    sources={"parameterGroupName": [f"{KIND}::ours"]},
)
NAMELESS = Fixture(type=KIND, name="ours", props={"parameters": parameters(rds__force_ssl="0")})

CASES = (
    *states(
        "parameter-group-tls",
        BARE,
        "parameters",
        right=[
            parameters(rds__force_ssl="1"),
            parameters(rds__force_ssl="1", ssl_min_protocol_version="TLSv1.3"),
        ],
        wrong=[
            [],
            parameters(rds__force_ssl="0"),
            parameters(rds__force_ssl=UNKNOWN),
            [*parameters(rds__force_ssl="1"), *parameters(rds__force_ssl="0")],
            parameters(rds__force_ssl="1", ssl_min_protocol_version="TLSv1.1"),
        ],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-names-parameter-group",
        server(),
        "parameterGroupName",
        right=["ours"],
        wrong=["default.postgres18"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    passing("server-names-parameter-group", server(replicateSourceDb="it"), title="a replica"),
    violating("server-names-parameter-group", Fixture(type=CLUSTER), title="a cluster"),
    *(
        passing(
            "server-refuses-plaintext",
            *fixtures,
            group("ours", rds__force_ssl="1"),
            group("others", rds__force_ssl="0"),
            title=title,
        )
        for title, fixtures in {
            "by name": [server(parameterGroupName="ours")],
            "by output": [BY_OUTPUT],
            "a replica": [server(replicateSourceDb="it")],
            "no server": [],
        }.items()
    ),
    *(
        violating("server-refuses-plaintext", *fixtures, title=title)
        for title, fixtures in {
            "no group": [server(), group("ours", rds__force_ssl="1")],
            "unset": [BY_OUTPUT, group("ours")],
            "off": [server(parameterGroupName="ours"), group("ours", rds__force_ssl="0")],
            "off, and AWS names the group": [BY_OUTPUT, NAMELESS],
            "elsewhere": [server(parameterGroupName="theirs"), group("ours", rds__force_ssl="1")],
            "a replica's own group": [
                server(replicateSourceDb="it", parameterGroupName="ours"),
                group("ours", rds__force_ssl="0"),
            ],
            "a cluster": [
                Fixture(type=CLUSTER, props={"dbClusterParameterGroupName": "ours"}),
                group("ours", kind=CLUSTER_KIND),
            ],
        }.items()
    ),
    *states(
        "parameter-group-logs",
        BARE,
        "parameters",
        right=[parameters(**LOGS), parameters(**{**LOGS, "log_connections": "all"})],
        wrong=[
            [],
            *(
                parameters(**{name: value for name, value in LOGS.items() if name != absent})
                for absent in LOGS
            ),
            *(
                parameters(**{**LOGS, name: value})
                for name, value in (
                    ("log_connections", "0"),
                    ("log_disconnections", "off"),
                    ("log_statement", "none"),
                    ("log_statement", UNKNOWN),
                    ("log_min_duration_statement", "-1"),
                    ("log_min_duration_statement", "3600000"),
                    ("log_min_duration_statement", UNKNOWN),
                )
            ),
        ],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "parameter-group-durable",
        BARE,
        "parameters",
        right=[[], parameters(synchronous_commit="on")],
        wrong=[
            parameters(synchronous_commit="off"),
            parameters(fsync="0"),
            parameters(full_page_writes=UNKNOWN),
        ],
        absent=Outcome.PASSES,
    ),
)
