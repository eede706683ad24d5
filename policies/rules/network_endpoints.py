"""Endpoints of AWS's services inside the network: who may use them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.reading import literal
from policies.iam.bounds import bound_by
from policies.iam.document_places import Kind
from policies.iam.placed_documents import documents_of, placed_documents
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
CALLERS = ("aws:principalarn", "aws:principalaccount")


@for_resource(
    ENDPOINT,
    id="endpoint-for-everybody",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="An interface endpoint has a policy of its own.",
    why="Without one it carries whatever anybody's credentials may, out of a network that is shut.",
    remedy="Give it a policy (stages.gateway_documents.endpoint_policy).",
)
def for_everybody(endpoint: Resource, context: Context) -> Iterator[Finding]:
    """Gateway endpoints are AWS's default, and a route, not a machine in the network."""
    del context
    gateway = literal(endpoint.props, "vpcEndpointType") in (None, "Gateway")
    if not gateway and not placed_documents(endpoint):
        yield Finding(found="no policy", allowed="one that names who may use it")


@for_resource(
    ENDPOINT,
    ENDPOINT_POLICY,
    id="endpoint-for-strangers",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="An endpoint's policy speaks to callers of the stage's own account.",
    why="Credentials of a stranger's account, brought inside, carry data out through it.",
    remedy="Demand aws:PrincipalArn or aws:PrincipalAccount by ArnEquals or StringEquals.",
)
def for_strangers(resource: Resource, context: Context) -> Iterator[Finding]:
    """By a condition: an endpoint's principal means an account's root user for some services."""
    account = context.stages.current.account_id
    for placed, statement in documents_of(resource, Kind.ENDPOINT):
        if not bound_by(statement, CALLERS, [account]):
            yield Finding(
                found=f"{placed.place}: {statement} for anybody",
                allowed=f"callers of {account}",
            )
