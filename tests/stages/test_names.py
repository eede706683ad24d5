"""Names: pure, unique per stage, and within the limits of AWS and PostgreSQL."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from stages.names import BUCKET_NAME_MAX, Names, shorten

PREFIXES = st.from_regex(r"[a-z][a-z0-9]{1,19}", fullmatch=True)
STAGES = st.from_regex(r"[a-z][a-z0-9]{1,15}", fullmatch=True)
REGIONS = st.sampled_from(["eu-west-1", "ap-southeast-2", "ap-northeast-3", "us-east-1"])
DATABASES = st.from_regex(r"[a-z_][a-z0-9_]{0,45}", fullmatch=True)

NAMES = st.builds(
    Names, prefix=PREFIXES, account_id=st.just("1" * 12), region=REGIONS, stage=STAGES
)


@given(NAMES, DATABASES)
def test_every_name_is_within_its_limit(names: Names, database: str) -> None:
    for bucket in (names.bucket("airflow"), names.bucket("data")):
        assert len(bucket) <= BUCKET_NAME_MAX
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*[a-z0-9]", bucket)
    assert len(names.resource("airflow-execution")) <= 64, "IAM roles"
    assert len(names.resource("server-replica")) <= 63, "RDS instances"
    assert len(names.environment) <= 80, "MWAA environments"
    assert len(names.database(database).encode()) <= 63, "PostgreSQL databases"
    for role in (names.master, names.host_admin, names.host_roles, names.admin, names.readonly):
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", role), "PostgreSQL roles"


@given(NAMES, STAGES)
def test_two_stages_share_no_name(names: Names, other: str) -> None:
    if other == names.stage:
        return
    theirs = names.of(other)
    for kind in ("airflow", "data"):
        assert names.bucket(kind) != theirs.bucket(kind)
    assert names.resource("task") != theirs.resource("task")
    assert names.dag_prefix != theirs.dag_prefix
    assert not theirs.dag_prefix.startswith(names.dag_prefix)
    assert names.database_user_arn(names.app) != theirs.database_user_arn(theirs.app)


def test_a_data_bucket_ends_with_its_stage_even_when_it_is_cut() -> None:
    names = Names(
        prefix="a" * 20, account_id="1" * 12, region="ap-southeast-2", stage="preproduction123"
    )
    assert names.bucket("data").endswith("-data-preproduction123")
    assert len(names.bucket("data")) == BUCKET_NAME_MAX


@given(st.text(alphabet="abc-", min_size=30, max_size=60), st.text(alphabet="abc-", min_size=30))
def test_texts_that_differ_still_differ_when_they_are_cut(one: str, other: str) -> None:
    assert (shorten(one, 20) == shorten(other, 20)) == (one == other)
    assert len(shorten(one, 20)) <= 20
