"""What the `pulumi_aws` SDK says about resource types and functions.

Nothing is imported before it is asked for: a type's Args class comes from its own service module.
"""

from __future__ import annotations

import collections.abc
import difflib
import enum
import functools
import importlib
import importlib.metadata
import inspect
import json
import re
import threading
import types
import typing
import warnings
from dataclasses import dataclass
from typing import Any, Final, Literal

from pulumi import Archive, Asset, Output, _types

from emulator.providers.aws_sdk_modules import module_files, package_folder

Kind = Literal[
    "string", "boolean", "integer", "number", "list", "map", "object", "asset", "document", "any"
]
SCALARS: Final[dict[type, Kind]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
}


@dataclass(frozen=True, slots=True)
class PropertyType:
    """Type of one property; `element` for lists and maps, `object_class` for nested Args."""

    kind: Kind
    element: PropertyType | None = None
    object_class: type | None = None


@dataclass(frozen=True, slots=True)
class ArgsSchema:
    """Property names (camelCase) of one Args class, with their types, and the required ones."""

    properties: dict[str, PropertyType]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """What the SDK knows about one resource type."""

    type: str
    inputs: ArgsSchema
    outputs: frozenset[str]
    secret_outputs: frozenset[str]


@functools.cache
def version() -> str:
    """Version of the SDK, which is the provider's."""
    return importlib.metadata.version("pulumi_aws")


@functools.cache
def resource_modules() -> dict[str, tuple[str, str, str]]:
    """Every resource token with its Python package, module file and class name."""
    source = (package_folder() / "__init__.py").read_text(encoding="utf-8")
    register = source.index("_utilities.register(")
    start = source.index('resource_modules="""', register) + len('resource_modules="""')
    modules = json.loads(source[start : source.index('"""', start)])
    return {
        token: (module["fqn"], module["mod"].rpartition("/")[2], class_name)
        for module in modules
        for token, class_name in module["classes"].items()
    }


_IMPORTING: Final = threading.RLock()
"""The SDK's lazy modules serve one thread at a time: a second one sees a half-made module."""


def resource(type_: str) -> ResourceSchema | None:
    """Schema of a resource type, None for one that the SDK does not have."""
    with _IMPORTING:
        return _resource(type_)


@functools.cache
def _resource(type_: str) -> ResourceSchema | None:
    found = resource_modules().get(type_)
    if found is None:
        return None
    package, token_name, class_name = found
    module_name = module_files(package.partition(".")[2])[token_name.lower().replace("_", "")]
    with warnings.catch_warnings():
        # services warn of deprecated classes of their own while they are imported
        warnings.simplefilter("ignore", DeprecationWarning)
        own_module = importlib.import_module(f"{package}.{module_name}")
    resource_class = getattr(own_module, class_name)
    # a nested type that is called like the resource takes the plain name of the Args class
    args_class = getattr(own_module, f"{class_name}InitArgs", None) or getattr(
        own_module, f"{class_name}Args"
    )
    outputs = frozenset(_types.resource_py_to_pulumi_names(resource_class).values())
    return ResourceSchema(type_, args(args_class), outputs, _secret_outputs(resource_class))


def provider_config() -> ArgsSchema:
    """Schema of the provider's own configuration."""
    with _IMPORTING:
        return _provider_config()


@functools.cache
def _provider_config() -> ArgsSchema:
    return args(importlib.import_module("pulumi_aws.provider").ProviderArgs)


@functools.cache
def args(args_class: type) -> ArgsSchema:
    """Schema of an Args class."""
    python_names = _types.input_type_py_to_pulumi_names(args_class)
    parameters = inspect.signature(args_class.__init__).parameters  # type: ignore[misc]
    required = frozenset(
        pulumi_name
        for python_name, pulumi_name in python_names.items()
        if python_name in parameters and parameters[python_name].default is inspect.Parameter.empty
    )
    namespace = vars(importlib.import_module(args_class.__module__))
    local = {"T": type(None), "Output": Output}  # names that pulumi's own aliases refer to
    properties = {}
    for python_name, pulumi_name in python_names.items():
        getter = inspect.getattr_static(args_class, python_name).fget
        hint = typing.get_type_hints(getter, globalns=namespace, localns=local)
        properties[pulumi_name] = property_type(hint["return"])
    return ArgsSchema(properties, required)


def property_type(hint: Any) -> PropertyType:
    """Type that an annotation of the SDK stands for."""
    members = _union_members(hint)
    if not members:
        return PropertyType("any")
    if any(member in (Asset, Archive) for member in members):
        return PropertyType("asset")
    if str in members and any(
        isinstance(member, type) and _types.is_input_type(member) for member in members
    ):
        return PropertyType("document")
    for member in members:
        if isinstance(member, type) and _types.is_input_type(member):
            return PropertyType("object", object_class=member)
    member = members[0]
    origin = typing.get_origin(member)
    if origin in (list, collections.abc.Sequence):
        return PropertyType("list", property_type(typing.get_args(member)[0]))
    if origin in (dict, collections.abc.Mapping):
        return PropertyType("map", property_type(typing.get_args(member)[1]))
    if len(members) > 1 and not all(_is_text(member) for member in members):
        return PropertyType("any")
    if isinstance(member, type) and issubclass(member, enum.Enum):
        return PropertyType("string")
    return PropertyType(SCALARS.get(member, "any"))


def _is_text(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, str)


def _union_members(hint: Any) -> list[Any]:
    """Members of an annotation without what stands for "not known yet" or "absent"."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [inner for member in typing.get_args(hint) for inner in _union_members(member)]
    if typing.get_origin(hint) in (collections.abc.Awaitable, Output):
        return []
    return [] if hint in (type(None), Output, Any) else [hint]


def _secret_outputs(resource_class: type) -> frozenset[str]:
    """Outputs that the SDK itself asks the engine to treat as secret."""
    source = inspect.getsource(resource_class._internal_init)  # type: ignore[attr-defined]
    match = re.search(r"additional_secret_outputs=\[(.*?)\]", source)
    return frozenset(re.findall(r'"(\w+)"', match.group(1))) if match else frozenset()


@functools.cache
def has_function(token: str) -> bool:
    """Whether the SDK has a function of this token (`aws:iam/getRole:getRole`)."""
    match = re.fullmatch(r"aws:(?:(\w+)/)?(?:index/)?(\w+):(\w+)", token)
    if match is None:
        return False
    module, _, name = match.groups()
    file = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower() + ".py"
    folder = package_folder()
    if module and module != "index":
        folder /= {"lambda": "lambda_"}.get(module, module)
    path = folder / file
    return path.is_file() and f"'{token}'" in path.read_text(encoding="utf-8")


def near_types(type_: str) -> list[str]:
    """Resource types whose names come close."""
    return difflib.get_close_matches(type_, resource_modules(), n=3, cutoff=0.7)
