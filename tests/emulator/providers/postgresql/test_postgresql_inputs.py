"""Checks and differences, which no server is asked for; odd names, which one is."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import warnings
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier
from pulumi._types import input_type_py_to_pulumi_names

from emulator.engine.events import DifferenceKind
from emulator.providers.postgresql.attributes import Attribute, Kind, ResourceType
from emulator.providers.postgresql.differences import difference
from emulator.providers.postgresql.grant_statements import grant_id, grant_statement
from emulator.providers.postgresql.provider import HANDLERS
from emulator.providers.postgresql.roles import quoted_text
from emulator.providers.provider import ProviderError
from emulator.values import UNKNOWN

if TYPE_CHECKING:
    from tests.emulator.providers.postgresql.conftest import Connect, Server

TYPES = {
    handler.resource_type.name: handler.resource_type
    for token, handler in HANDLERS.items()
    if not token.endswith("DefaultPrivileg")
}
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=15)
REPLACING = [
    (name, attribute)
    for name, type_ in TYPES.items()
    for attribute, facts in type_.attributes.items()
    if facts.replaces
]


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_table_has_the_properties_of_the_sdk(name: str) -> None:
    with warnings.catch_warnings(action="ignore"):  # it deprecates a type of its own on import
        sdk = importlib.import_module("pulumi_postgresql")
    arguments = getattr(sdk, f"{name}Args")
    names = input_type_py_to_pulumi_names(arguments)
    parameters = inspect.signature(arguments.__init__).parameters
    kinds = {Kind.STRING: "str", Kind.INTEGER: "int", Kind.BOOLEAN: "bool"}

    attributes = TYPES[name].attributes
    assert set(attributes) == set(names.values())
    for python_name, pulumi_name in names.items():
        parameter = parameters[python_name]
        assert attributes[pulumi_name].required == (parameter.default is inspect.Parameter.empty)
        is_list = "Sequence" in str(parameter.annotation)
        assert is_list == (attributes[pulumi_name].kind not in kinds)
        if not is_list:
            assert kinds[attributes[pulumi_name].kind] in str(parameter.annotation)


def a_value(attribute: Attribute, number: int) -> Any:
    if attribute.allowed:
        return attribute.allowed[number]
    return {
        Kind.STRING: f"value {number}",
        Kind.INTEGER: number + 1,
        Kind.BOOLEAN: bool(number),
        Kind.LIST: [f"item {number}"],
        Kind.SET: [f"item {number}"],
        Kind.POLICIES: [{"usage": True, "role": f"role {number}"}],
    }[attribute.kind]


def checked(type_: ResourceType, **changed: Any) -> dict[str, Any]:
    given_: dict[str, Any] = {
        name: a_value(attribute, 0)
        for name, attribute in type_.attributes.items()
        if not attribute.conflicts_with
    }
    inputs, failures = type_.check("urn:pulumi:s::p::t::it", {}, given_ | changed)
    assert failures == []
    return inputs


@pytest.mark.parametrize(("name", "property_"), REPLACING)
def test_a_replace_forcing_property_replaces(name: str, property_: str) -> None:
    type_ = TYPES[name]
    before = checked(type_)

    result = difference(
        type_, before, checked(type_, **{property_: a_value(type_.attributes[property_], 1)})
    )

    assert result.replaces == [property_]
    assert property_ not in result.stables
    assert all(item.kind.value.endswith("-replace") for item in result.detailed.values())
    # A name that the program gave stands in the way of its own replacement; grants always do.
    assert result.delete_before_replace == (name == "Grant" or "name" in type_.attributes)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_other_property_changes_in_place(name: str) -> None:
    type_ = TYPES[name]
    before = checked(type_)
    for property_, attribute in type_.attributes.items():
        if attribute.replaces or attribute.conflicts_with:
            continue
        result = difference(type_, before, checked(type_, **{property_: a_value(attribute, 1)}))
        assert (result.changed, result.replaces) == ([property_], [])


def test_the_plugin_replaces_what_the_design_relies_on() -> None:
    assert [property_ for name, property_ in REPLACING if name in ("Role", "Database")] == [
        "template",
        "encoding",
        "lcCollate",
        "lcCtype",
    ]


def test_an_unknown_value_of_a_replacing_property_replaces() -> None:
    type_ = TYPES["Grant"]
    result = difference(type_, checked(type_), checked(type_, database=UNKNOWN))
    assert result.replaces == ["database"]


def test_items_of_a_set_are_told_one_by_one_whatever_their_order() -> None:
    type_ = TYPES["Grant"]
    before = checked(type_, privileges=["CONNECT", "TEMPORARY"])

    assert not difference(
        type_, before, checked(type_, privileges=["TEMPORARY", "CONNECT"])
    ).changed
    fewer = difference(type_, before, checked(type_, privileges=["CONNECT"]))
    assert {path: item.kind for path, item in fewer.detailed.items()} == {
        "privileges[1]": DifferenceKind.DELETE
    }
    more = difference(type_, before, checked(type_, privileges=["CREATE", "CONNECT", "TEMPORARY"]))
    assert {path: item.kind for path, item in more.detailed.items()} == {
        "privileges[0]": DifferenceKind.ADD
    }


@pytest.mark.parametrize(
    ("type_", "inputs", "expected"),
    [
        ("Role", {"nam": "x"}, {"nam": "Role has no property 'nam'; it has assumeRole"}),
        ("Role", {"connectionLimit": -2}, {"connectionLimit": "got -2, wanted at least -1"}),
        ("Role", {"login": "yes"}, {"login": "got 'yes', wanted true or false"}),
        ("Role", {"name": "a\0b"}, {"name": "PostgreSQL text cannot hold a NUL character"}),
        ("Role", {"password": ["w"]}, {"password": "got another kind of value, wanted a string"}),
        ("Role", {"passwordWo": "w"}, {"passwordWo": "passwordWo needs passwordWoVersion"}),
        (
            "Grant",
            {"objectType": "view", "privileges": "ALL", "role": "r"},
            {
                "database": "Grant needs database: it is required",
                "objectType": "got 'view', allowed are database",
                "privileges": "got 'ALL', wanted a set of strings",
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_inputs_are_told_by_property(
    connect: Connect, type_: str, inputs: dict[str, Any], expected: dict[str, str]
) -> None:
    failures = connect().check(type_, **inputs).failures
    assert [failure.property for failure in failures] == sorted(expected)
    for failure in failures:
        assert failure.reason.startswith(expected[failure.property])


@pytest.mark.parametrize("type_", ["Function", "View", "Publication", "Server"])
def test_a_type_that_is_not_there_is_refused_by_name(connect: Connect, type_: str) -> None:
    with pytest.raises(ProviderError, match=f"has no postgresql:index/.*:{type_}; it has Database"):
        connect().check(type_, name="x")


def test_a_name_that_nobody_gives_is_made_up_once(connect: Connect) -> None:
    program = connect()
    first = program.check("Role").inputs
    assert first["name"].startswith("it-")
    assert len(first["name"]) == len("it-") + 7
    assert program.check("Role", first).inputs == first


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(role=NAMES, schema=NAMES, table=NAMES.filter(lambda name: "(" not in name))
def test_odd_names_are_quoted_everywhere(
    server: Server, role: str, schema: str, table: str
) -> None:
    state = {
        "role": role,
        "database": "postgres",
        "schema": schema,
        "objectType": "table",
        "objects": [table],
        "columns": [],
        "privileges": ["SELECT"],
        "withGrantOption": False,
    }
    with server.connect() as connection, contextlib.suppress(psycopg.Rollback):
        if role.startswith("pg_") or schema.startswith("pg_") or role in ("public", "none"):
            return
        with connection.transaction():
            connection.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
            connection.execute(
                SQL("CREATE TABLE {}.{} (a int)").format(Identifier(schema), Identifier(table))
            )
            connection.execute(grant_statement(state))
            found = connection.execute(
                "SELECT relname, nspname, grantee::regrole::text FROM pg_class"
                " JOIN pg_namespace ON pg_namespace.oid = relnamespace, aclexplode(relacl)"
                " WHERE grantee IN (SELECT oid FROM pg_roles WHERE rolname = %s)",
                (role,),
            ).fetchall()
            assert [row[:2] for row in found] == [(table, schema)]
            raise psycopg.Rollback
    assert grant_id(state) == f"{role}_postgres_{schema}_table_{table}"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=NAMES)
def test_quoted_text_arrives_with_its_backslashes_doubled(server: Server, text: str) -> None:
    with server.connect() as connection:
        arrived = connection.execute(SQL("SELECT {}").format(quoted_text(text))).fetchone()
    assert arrived == (text.replace("\\", "\\\\"),)
