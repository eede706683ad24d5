"""Cases of policies/rules/isolation_joins.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ENVIRONMENT = "aws:mwaa/environment:Environment"
REFERENCE = "pulumi:pulumi:StackReference"
ROLE = "aws:iam/role:Role"

ONE = "isolation-key-one-alias"
OWN = "isolation-key-own-stage"
RUNS = "isolation-airflow-own-role"

EXECUTION = "devstages-preprod-airflow-execution"


def key(name: str) -> Fixture:
    """A key."""
    return Fixture(type=KEY, name=name)


def alias(purpose: str, *keys: str) -> Fixture:
    """An alias that is computed from keys."""
    return Fixture(
        type=ALIAS,
        name=f"{purpose}-alias",
        props={"name": f"alias/devstages-{purpose}", "targetKeyId": UNKNOWN},
        sources={"targetKeyId": [f"{KEY}::{name}" for name in keys]},
    )


def encrypted(name: str, **props: Any) -> Fixture:
    """A bucket that is encrypted with a key."""
    sources = {"rules": [f"{KEY}::{name}", f"{ALIAS}::x"], "bucket": []}
    return Fixture(type=BUCKET, props={"bucket": "x", **props}, sources=sources)


def outputs(**arns: Any) -> Fixture:
    """The host's outputs."""
    return Fixture(type=REFERENCE, props={"name": "preprod", "outputs": {"data_key_arns": arns}})


def environment(arn: Any, *roles: str) -> Fixture:
    """An Airflow environment."""
    sources = {"executionRoleArn": [f"{ROLE}::{name}" for name in roles]}
    return Fixture(type=ENVIRONMENT, props={"executionRoleArn": arn}, sources=sources)


def role(name: Any) -> Fixture:
    """A role in IAM."""
    return Fixture(type=ROLE, name="role", props={"name": name})


OWN_KEY, TEST_KEY = alias("preprod-data", "own"), alias("test-data", "tests")

CASES = (
    passing(ONE, key("own"), key("tests"), OWN_KEY, TEST_KEY),
    passing(ONE, key("own"), title="no alias"),
    violating(ONE, key("own"), OWN_KEY, alias("test-data", "own"), title="two for one key"),
    violating(ONE, key("own"), alias("preprod-data"), title="a key as text"),
    violating(ONE, OWN_KEY, title="another stack's key"),
    passing(OWN, key("own"), key("tests"), OWN_KEY, TEST_KEY, encrypted("own")),
    passing(OWN, key("own"), encrypted("own"), title="a key without alias"),
    violating(OWN, key("own"), key("tests"), OWN_KEY, TEST_KEY, encrypted("tests")),
    passing(OWN, outputs(test="arn:t", preprod="arn:p"), encrypted("x", k="arn:t"), stack="test"),
    passing(
        OWN, Fixture(type=REFERENCE, props={"outputs": UNKNOWN}), stack="test", title="unknown"
    ),
    violating(OWN, outputs(test="arn:t", preprod="arn:p"), encrypted("x", k="arn:p"), stack="test"),
    passing(RUNS, environment(UNKNOWN, "role"), role(EXECUTION)),
    passing(RUNS, environment(f"arn:aws:iam::111111111111:role/{EXECUTION}", "role"), role("x")),
    passing(RUNS, role("devstages-preprod-task"), title="no environment"),
    violating(RUNS, environment(UNKNOWN, "role"), role("devstages-preprod-task")),
    violating(RUNS, environment(UNKNOWN, "role"), role(UNKNOWN), title="an unknown role"),
    violating(RUNS, environment("arn:aws:iam::111111111111:role/devstages-preprod-task")),
    violating(RUNS, environment(UNKNOWN), title="an unknown ARN"),
    violating(RUNS, Fixture(type=ENVIRONMENT), title="absent"),
)
