"""Who may do what on the server, as the provider is told."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.conftest import Recording

PRIVILEGES_OF_READERS = {"CONNECT", "SELECT", "USAGE"}


def test_the_stage_s_admin_owns_its_database_and_signs_in_itself(test_stage: Recording) -> None:
    (database,) = test_stage.of(":Database")
    (provider,) = test_stage.of("providers:postgresql")
    assert database.inputs["owner"] == provider.inputs["username"] == "test_admin"
    assert database.inputs["name"] == "test.im_data_db"


def test_providers_verify_the_server_and_have_no_password(any_stack: Recording) -> None:
    for provider in any_stack.of("providers:postgresql"):
        assert provider.inputs["sslmode"] == "verify-full"
        assert provider.inputs["awsRdsIamAuth"] == "true"
        assert "password" not in provider.inputs


def test_public_is_shut_out_before_anything_else_of_the_database(any_stack: Recording) -> None:
    grants = [g for g in any_stack.of(":Grant") if g.inputs["role"] == "public"]
    assert len(grants) == 1
    assert grants[0].inputs["privileges"] == []
    assert grants[0].depends_on == ["tenant-im_data_db-database"]


def test_grants_follow_their_database(any_stack: Recording) -> None:
    """By its output, by its replacement, and without a revoke on what is dropped anyway."""
    in_database = [
        resource
        for resource in [*any_stack.of(":Grant"), *any_stack.of(":DefaultPrivileges")]
        if resource.inputs["database"] != "postgres"
    ]
    assert len(in_database) == 11
    (database,) = any_stack.of(":Database")
    for resource in in_database:
        of_database = resource.request.propertyDependencies["database"].urns
        assert [urn.rsplit("::", 1)[1] for urn in of_database] == [database.name], resource.name
        assert resource.request.deletedWith.endswith(f"::{database.name}"), resource.name
        assert resource.request.replacement_trigger == database.request.replacement_trigger
    assert database.request.deleteBeforeReplace


def test_grants_are_made_one_after_the_other(any_stack: Recording) -> None:
    chain = [
        resource
        for resource in any_stack.resources
        if resource.name.startswith("tenant-im_data_db-")
        and resource.type.startswith("postgresql:")
    ]
    for before, after in pairwise(chain):
        assert before.name in after.depends_on, after.name


def test_readers_only_read(any_stack: Recording) -> None:
    granted = [
        privilege
        for resource in [*any_stack.of(":Grant"), *any_stack.of(":DefaultPrivileges")]
        if str(resource.inputs["role"]).endswith("_readonly")
        for privilege in resource.inputs["privileges"]
    ]
    assert set(granted) == PRIVILEGES_OF_READERS


def test_readers_see_what_any_maker_of_tables_makes_later(any_stack: Recording) -> None:
    defaults = {
        (d.inputs["owner"].split("_")[1], d.inputs["objectType"])
        for d in any_stack.of(":DefaultPrivileges")
        if d.inputs["role"].endswith("_readonly")
    }
    assert defaults == {(o, t) for o in ("admin", "app") for t in ("table", "sequence")}


def test_the_host_makes_each_tenant_s_roles_with_its_limits(preprod: Recording) -> None:
    roles = {role.inputs["name"]: role.inputs for role in preprod.of(":Role") if is_sql(role.type)}
    assert sorted(roles) == sorted(
        f"{stage}_{role}" for stage in ("preprod", "test") for role in ("admin", "app", "readonly")
    )
    assert roles["test_app"]["connectionLimit"] < roles["preprod_app"]["connectionLimit"]
    assert roles["test_app"]["statementTimeout"] == 300_000
    assert roles["test_app"]["idleInTransactionSessionTimeout"] == 60_000
    for inputs in roles.values():
        assert "rds_iam" in inputs["roles"]
        assert "createRole" not in inputs
        assert inputs["createDatabase"] is str(inputs["name"]).endswith("_admin")


def is_sql(type_: str) -> bool:
    return type_.startswith("postgresql:")


def test_a_tenant_s_admin_is_a_member_of_its_own_stage_s_roles_only(preprod: Recording) -> None:
    admin = preprod.named("host-test-roles-admin").inputs
    assert admin["roles"] == ["rds_iam", "test_app", "test_readonly"]


def test_different_admins_make_a_tenant_s_admin_and_its_other_roles(preprod: Recording) -> None:
    """One that was a member of both would deadlock a refresh; see server_admin."""
    providers = {
        role: preprod.named(f"host-test-roles-{role}").request.provider.split("::")[3]
        for role in ("admin", "app", "readonly")
    }
    assert providers == {
        "admin": "host-admin",
        "app": "host-roles-admin",
        "readonly": "host-roles-admin",
    }


def test_grants_on_the_shared_database_wait_for_one_another(preprod: Recording) -> None:
    assert "host-preprod-roles-connect" in preprod.named("host-test-roles-connect").depends_on


@pytest.mark.parametrize("key", ["address", "port", "admin"])
def test_the_provider_is_configured_only_when_the_server_is_bootstrapped(
    preprod: Recording, key: str
) -> None:
    provider = preprod.named("host-admin").request
    names = {"address": "host", "port": "port", "admin": "username"}
    urns = provider.propertyDependencies[names[key]].urns
    assert [urn.rsplit("::", 1)[1] for urn in urns] == ["host-bootstrap"]
