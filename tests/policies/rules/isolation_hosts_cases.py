"""Cases of policies/rules/isolation_hosts.py."""

from __future__ import annotations

from ipaddress import IPv4Network

from stages.names import Names
from stages.server_settings import TenantLimits
from tests.policies.cases import Fixture, passing, violating
from tests.policies.edited_stages import edited, renamed, without

STACK = Fixture(type="pulumi:pulumi:Stack")
INSTANCE = "aws:rds/instance:Instance"
BOOTSTRAP = "pulumi-python:dynamic:ServerBootstrap"

OWNS = "isolation-host-owns-shared-things"
JUDGED = "isolation-resource-is-judged"
APART = "isolation-hosts-share-nothing"
NAMES = "isolation-names-tell-stages-apart"
EXACT = "isolation-names-exact"
MUTUAL = "isolation-hosting-is-mutual"


class OnePrefix(Names):
    """All stages' DAGs lie in one place."""

    @property
    def dag_prefix(self) -> str:
        return "dags/"


class OneRole(Names):
    """All stages' tasks are one role."""

    @property
    def app(self) -> str:
        return "app"


class ReadersAreTasks(Names):
    """Who reads signs in as who writes."""

    @property
    def readonly(self) -> str:
        return self.app


class HalfAFolder(Names):
    """`dags/test` begins `dags/tester/` as well."""

    @property
    def dag_prefix(self) -> str:
        return f"dags/{self.stage}"


class AnyUser(Names):
    """Whoever may sign in as one user may sign in as all of the stage."""

    def database_user_arn(self, user: str) -> str:
        return super().database_user_arn(f"{user.split('_')[0]}_*")


class AnyRole(Names):
    """Documents that name a role name all of the stage."""

    def role_arn(self, role: str) -> str:
        return super().role_arn(f"{role}*")


def made(type_: str, package: str = "aws") -> Fixture:
    """A resource, made by an explicit provider of the package."""
    return Fixture(type=type_, provider_name=f"pulumi:providers:{package}::account")


CASES = (
    passing(OWNS, made(INSTANCE), title="a host's server"),
    passing(OWNS, made(BOOTSTRAP), title="a host's bootstrap"),
    passing(OWNS, made("aws:s3/bucket:Bucket"), stack="test"),
    passing(OWNS, made("postgresql:rds/instance:Instance"), stack="test", title="no AWS type"),
    *(
        violating(OWNS, made(type_), stack="test", title=type_)
        for type_ in (
            INSTANCE,
            "aws:rds/cluster:Cluster",
            "aws:rds/proxyEndpoint:ProxyEndpoint",
            "aws:mwaa/environment:Environment",
            "aws:ec2/vpc:Vpc",
            "aws:ec2/instance:Instance",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "aws:kms/key:Key",
            "aws:lb/loadBalancer:LoadBalancer",
            "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
            "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
            BOOTSTRAP,
        )
    ),
    passing(JUDGED, made(INSTANCE)),
    passing(JUDGED, made(BOOTSTRAP, "pulumi-python")),
    passing(JUDGED, STACK),
    passing(JUDGED, Fixture(type="development-stages:components:Host"), title="a component"),
    passing(JUDGED, Fixture(type="pulumi:providers:postgresql"), title="a provider"),
    violating(JUDGED, made("aws-native:rds:DBInstance", "aws-native")),
    violating(JUDGED, Fixture(type="pulumi:providers:kubernetes"), title="a provider"),
    violating(JUDGED, made("command:local:Command", "command")),
    violating(JUDGED, made("aws:cloudformation/stack:Stack"), title="a template"),
    violating(JUDGED, made("aws:cloudcontrol/resource:Resource"), title="cloud control"),
    violating(JUDGED, made("pulumi-python:dynamic:Anything", "pulumi-python"), title="code"),
    passing(APART, STACK),
    passing(APART, STACK, stack="prod"),
    passing(APART, STACK, stack="test", title="a tenant shares its host's account"),
    violating(
        APART,
        STACK,
        stages=edited("preprod", {"preprod.aws.allowed_account_ids": ("222222222222",)}),
        title="one account",
    ),
    violating(
        APART,
        STACK,
        stages=edited("prod", {"preprod.host.network.cidr": IPv4Network("10.30.128.0/17")}),
        title="addresses that overlap",
    ),
    passing(NAMES, STACK),
    violating(NAMES, STACK, stages=renamed("preprod", OnePrefix), title="one DAG prefix for all"),
    violating(NAMES, STACK, stages=renamed("prod", OneRole), title="one role for all"),
    passing(EXACT, STACK),
    passing(EXACT, STACK, stack="prod"),
    *(
        violating(EXACT, STACK, stages=renamed("preprod", names), title=names.__name__)
        for names in (ReadersAreTasks, HalfAFolder, AnyUser, AnyRole)
    ),
    passing(MUTUAL, STACK),
    passing(MUTUAL, STACK, stack="test"),
    passing(
        MUTUAL,
        STACK,
        stages=edited("preprod", {"preprod.host.tenants.later": TenantLimits()}),
        title="a tenant without a stack file yet",
    ),
    passing(MUTUAL, STACK, stages=without("preprod", "test"), title="a tenant's file is gone"),
    violating(MUTUAL, STACK, stages=without("test", "preprod"), title="a host without a file"),
    violating(
        MUTUAL,
        STACK,
        stages=edited("test", {"test.tenant.host": "prod"}),
        title="a host that does not list it",
    ),
    violating(
        MUTUAL,
        STACK,
        stages=edited("test", {"preprod.host.tenants": {"preprod": TenantLimits()}}),
        title="its host forgot it",
    ),
    violating(
        MUTUAL,
        STACK,
        stages=edited("test", {"test.aws.region": "eu-west-2"}),
        title="another region",
    ),
    violating(
        MUTUAL,
        STACK,
        stages=edited("test", {"test.stage.prefix": "other"}),
        title="another prefix",
    ),
    violating(
        MUTUAL,
        STACK,
        stages=edited("preprod", {"preprod.host.tenants.prod": TenantLimits()}),
        title="it lists another host",
    ),
)
