"""Cases of policies/rules/isolation_names.py."""

from __future__ import annotations

import json
from typing import Any

from stages.server_settings import TenantLimits
from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating
from tests.policies.edited_stages import edited, without

OWN = "isolation-names-own-stage"
HOST = "isolation-names-no-other-host"
DAGS = "isolation-dags-under-own-prefix"
READS = "isolation-reads-own-host-only"

ALIAS = "aws:kms/alias:Alias"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
AIRFLOW = "devstages-111111111111-eu-west-1-airflow-preprod"
DATA_OF_TEST = "devstages-111111111111-eu-west-1-data-test"
REFERENCE = "pulumi:pulumi:StackReference"


def role(**props: Any) -> Fixture:
    """Any AWS resource."""
    return Fixture(type="aws:iam/role:Role", props=props)


def stored(key: Any, bucket: Any = AIRFLOW) -> Fixture:
    """An object."""
    return Fixture(type=OBJECT, props={"bucket": bucket, "key": key})


def facts(**values: str) -> Fixture:
    """What a DAG is told of its stage."""
    return Fixture(type=OBJECT, props={"bucket": AIRFLOW, "content": json.dumps(values)})


def foreign(stack: str = "preprod", **props: Any) -> Case:
    """A name of another stage."""
    return violating(OWN, role(**props), stack=stack, title=f"{stack}: {props}")


def reference(name: str) -> Fixture:
    """Another stack's outputs."""
    return Fixture(type=REFERENCE, name=name, props={"name": name})


def document(resource: str) -> str:
    """A policy document."""
    return json.dumps({"Statement": [{"Resource": resource}]})


CASES = (
    passing(OWN, role(name="devstages-preprod-task", path="/", tags={"Name": "devstages-test"})),
    passing(OWN, role(name="devstages-preprod-smoke-test"), title="a word of the own name"),
    passing(OWN, role(description="As devstages-test has it"), title="prose"),
    passing(
        OWN, role(policy=document("arn:aws:iam::1:role/devstages-test-task")), title="document"
    ),
    passing(OWN, role(handler="test.main"), title="no name"),
    passing(OWN, role(name="latest-contestants"), title="part of a word"),
    passing(OWN, Fixture(type="postgresql:index/role:Role", props={"name": "test_app"})),
    passing(OWN, Fixture(type=ALIAS, props={"name": "alias/devstages-test-data"}), title="hosted"),
    passing(OWN, stored("dags/test/x.py"), stack="test", title="the host's Airflow bucket"),
    foreign(name="devstages-test-task"),
    foreign(name="DevStages-Test-Task"),
    foreign(name="test"),
    foreign(namePrefix="test-"),
    foreign(bucket=DATA_OF_TEST),
    foreign(bucketPrefix="raw-test"),
    foreign(stack="test", role="devstages-preprod-task"),
    foreign(stack="test", secretId="preprod/password"),
    foreign(stack="test", roles=["devstages-preprod-readonly"]),
    foreign(stack="test", dashboard="on devstages-preprod-airflow"),
    foreign(stack="test", environment={"variables": {"ROLE": "preprod_admin"}}),
    foreign(stack="test", targets=[{"path": "dags/preprod/x"}]),
    foreign(stack="test", bucket=AIRFLOW),
    passing(OWN, facts(server_address="devstages-preprod-server.x", user="test_app"), stack="test"),
    violating(OWN, facts(task_role_arn="x/devstages-preprod-task"), stack="test", title="its role"),
    violating(OWN, facts(server_address="devstages-test-server.x"), title="no host's server"),
    violating(OWN, role(content='{"server_address": "devstages-test-x"}'), title="no object"),
    foreign(stack="test", redrivePolicy='{"deadLetterTargetArn": "arn:x:devstages-preprod-q"}'),
    foreign(stack="preprod", name="devstages-preprod-and-devstages-test"),
    violating(
        OWN,
        Fixture(type=ALIAS, props={"name": "alias/devstages-prod-data"}),
        title="an alias of a stage that it does not host",
    ),
    violating(
        OWN,
        Fixture(type=ALIAS, props={"name": "alias/devstages-test-server"}),
        title="an alias of something else",
    ),
    violating(OWN, role(name="alias/devstages-test-data"), title="another type with that name"),
    violating(
        OWN,
        Fixture(type="aws:s3/bucketPolicy:BucketPolicy", props={"bucket": AIRFLOW}),
        stack="test",
        title="the host's bucket, but no object",
    ),
    violating(
        OWN,
        Fixture(type=OBJECT, props={"source": AIRFLOW}),
        stack="test",
        title="an object from the host's bucket",
    ),
    violating(
        OWN,
        stored("x", DATA_OF_TEST),
        title="an object in another stage's bucket",
    ),
    violating(
        OWN,
        role(name="devstages-later-task"),
        stages=edited("preprod", {"preprod.host.tenants.later": TenantLimits()}),
        title="a tenant that has no stack file yet",
    ),
    passing(HOST, role(policy=document("arn:aws:iam::1:role/devstages-test-task"))),
    passing(HOST, role(description="arn:aws:iam::1:role/devstages-prod-task"), title="prose"),
    passing(HOST, role(policy=document("prod")), title="a word alone"),
    violating(HOST, role(policy=document("arn:aws:iam::1:role/devstages-prod-task"))),
    violating(HOST, role(policy=document("arn:aws:s3:::raw-prod/*"))),
    violating(HOST, role(content="SELECT FROM prod_app")),
    violating(HOST, role(policy=document("arn:aws:s3:::a-preprod")), stack="prod"),
    violating(
        HOST,
        role(content="canary_app"),
        stages=edited("preprod", {"prod.host.tenants.canary": TenantLimits()}),
        title="a tenant of another host that has no stack file yet",
    ),
    passing(HOST, role(content="test_app"), stages=without("test", "preprod"), title="no host"),
    passing(DAGS, stored("dags/preprod/x.py")),
    passing(DAGS, stored("requirements.txt"), title="the environment's own file"),
    passing(DAGS, stored("dags/test/x.py"), stack="test"),
    passing(DAGS, stored("dags/test/x.py", UNKNOWN), stack="test", title="unknown bucket"),
    passing(DAGS, stored("raw/x.csv", DATA_OF_TEST), stack="test", title="the own bucket"),
    violating(DAGS, stored("dags/test/x.py"), title="the host, under a tenant's prefix"),
    violating(DAGS, stored("dags/preprod/x.py"), stack="test"),
    violating(DAGS, stored("dags/x.py"), title="in every stage"),
    violating(DAGS, stored("DAGS/x.py"), title="in capitals"),
    violating(DAGS, stored(".airflowignore"), stack="test", title="a tenant, beside its prefix"),
    passing(DAGS, stored("raw.csv", UNKNOWN), stack="test", title="no DAG, in a bucket to be made"),
    passing(
        DAGS, stored("dags/x", "devstages-111111111111-eu-west-1-exports-preprod"), title="own"
    ),
    violating(DAGS, stored("requirements.txt"), stack="test", title="the environment's own file"),
    violating(DAGS, stored("dags/preprod/x", UNKNOWN), stack="test", title="unknown bucket too"),
    violating(DAGS, stored("dags/test/../preprod/x.py"), stack="test", title="out of its prefix"),
    violating(DAGS, stored(UNKNOWN), title="unknown key"),
    violating(DAGS, Fixture(type=OBJECT, props={"bucket": AIRFLOW}), title="no key"),
    violating(
        DAGS,
        Fixture(type="aws:s3/objectCopy:ObjectCopy", props={"bucket": AIRFLOW, "key": "dags/x.py"}),
        title="a copy",
    ),
    passing(READS, reference("organization/development-stages/preprod"), stack="test"),
    passing(READS, reference("preprod"), stack="test", title="without organization"),
    passing(READS, Fixture(type="aws:iam/role:Role"), title="none"),
    violating(READS, reference("organization/development-stages/prod"), stack="test"),
    violating(READS, reference("organization/other/preprod"), stack="test", title="elsewhere"),
    violating(READS, reference("organization/development-stages/test"), title="a host"),
    violating(
        READS, Fixture(type=REFERENCE, name="prod", props={"name": UNKNOWN}), title="unknown"
    ),
)
