"""Functions of the program that change what it registers or invokes before anybody else sees it.

A resource's own transforms run first, then those of its parents, then the stack's. The program
serves them: https://github.com/pulumi/pulumi/blob/master/sdk/proto/go/callback.proto
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import alias_pb2, callback_pb2, callback_pb2_grpc, resource_pb2

from emulator.engine.provider_answers import OperationFailedError
from emulator.grpc_options import CHANNEL_OPTIONS
from emulator.values import OUTPUT_SIGNATURE, SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_STRING

SAME_OPTIONS: Final = {
    "depends_on": "dependencies",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "replacement_trigger": "replacement_trigger",
    "version": "version",
    "provider": "provider",
    "providers": "providers",
    "custom_timeouts": "customTimeouts",
    "plugin_download_url": "pluginDownloadURL",
    "plugin_checksums": "pluginChecksums",
    "protect": "protect",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "replace_with": "replace_with",
    "additional_secret_outputs": "additionalSecretOutputs",
    "hooks": "hooks",
    "import": "importId",
    "hide_diff": "hideDiffs",
}
"""Fields of TransformResourceOptions and those of RegisterResourceRequest that mean the same."""


class Transforms:
    """The transforms of one program; `parent_of` gives a registered resource's parent."""

    def __init__(self, parent_of: Callable[[str], str]) -> None:
        self._parent_of = parent_of
        self._own: dict[str, list[Any]] = {}
        self.of_stack: list[Any] = []
        self.of_invokes: list[Any] = []
        self._channels: dict[str, Any] = {}

    async def close(self) -> None:
        """Close the connections to the program."""
        for channel in self._channels.values():
            await channel.close()

    def keep(self, urn: str, request: Any) -> None:
        """Remember a registered resource's own transforms, which its children inherit."""
        if request.transforms:
            self._own[urn] = list(request.transforms)

    async def apply(self, request: Any) -> Any:
        """The RegisterResourceRequest as its transforms make it.

        Raises OperationFailedError where one of them fails.
        """
        callbacks = [*request.transforms, *self._inherited(request.parent), *self.of_stack]
        if not callbacks:
            return request
        changed = resource_pb2.RegisterResourceRequest()
        changed.CopyFrom(request)
        if request.transforms:
            _tell_dependencies(changed)
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=changed.object,
            options=_options(changed),
        )
        for callback in callbacks:
            payload = await self._invoke(callback, asked, f"a transform of {request.name!r}")
            answer = resource_pb2.TransformResponse.FromString(payload)
            if answer.HasField("properties"):
                asked.properties.CopyFrom(answer.properties)
            if answer.HasField("options"):
                asked.options.CopyFrom(answer.options)
        changed.object.CopyFrom(asked.properties)
        _take_options(changed, asked.options)
        if request.transforms:
            _take_dependencies(changed)
        return changed

    async def apply_to_invoke(self, request: Any) -> Any:
        """The ResourceInvokeRequest as the stack's invoke transforms make it."""
        if not self.of_invokes:
            return request
        changed = resource_pb2.ResourceInvokeRequest()
        changed.CopyFrom(request)
        asked = resource_pb2.TransformInvokeRequest(
            token=request.tok,
            args=request.args,
            options=resource_pb2.TransformInvokeOptions(
                provider=request.provider,
                version=request.version,
                plugin_download_url=request.pluginDownloadURL,
                plugin_checksums=dict(request.pluginChecksums),
            ),
        )
        for callback in self.of_invokes:
            payload = await self._invoke(callback, asked, f"an invoke transform of {request.tok}")
            answer = resource_pb2.TransformInvokeResponse.FromString(payload)
            if answer.HasField("args"):
                asked.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                asked.options.CopyFrom(answer.options)
        changed.args.CopyFrom(asked.args)
        changed.provider, changed.version = asked.options.provider, asked.options.version
        return changed

    def _inherited(self, parent: str) -> list[Any]:
        found = []
        while parent:
            found += self._own.get(parent, [])
            parent = self._parent_of(parent)
        return found

    async def _invoke(self, callback: Any, request: Any, what: str) -> bytes:
        target = callback.target
        if target not in self._channels:
            self._channels[target] = grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS)
        stub: Any = callback_pb2_grpc.CallbacksStub(self._channels[target])
        call = callback_pb2.CallbackInvokeRequest(
            token=callback.token, request=request.SerializeToString()
        )
        try:
            response: bytes = (await stub.Invoke(call)).response
        except grpc.aio.AioRpcError as error:
            msg = f"{what} failed: {error.details()}"
            raise OperationFailedError(msg) from None
        return response


def _options(request: Any) -> Any:
    options = resource_pb2.TransformResourceOptions()
    for theirs, ours in SAME_OPTIONS.items():
        _copy(request, ours, options, theirs)
    if request.deleteBeforeReplace or request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    options.aliases.extend(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)
    options.aliases.extend(request.aliases)
    return options


def _take_options(request: Any, options: Any) -> None:
    for theirs, ours in SAME_OPTIONS.items():
        request.ClearField(ours)
        _copy(options, theirs, request, ours)
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
    del request.aliasURNs[:], request.aliases[:]
    request.aliases.extend(options.aliases)


def _copy(source: Any, field: str, target: Any, name: str) -> None:
    """Copy a field where it is set, whatever its kind."""
    if any(descriptor.name == field for descriptor, _ in source.ListFields()) or (
        source.DESCRIPTOR.fields_by_name[field].has_presence and source.HasField(field)
    ):
        value = getattr(source, field)
        if isinstance(value, str | bool):
            setattr(target, name, value)
        else:
            getattr(target, name).MergeFrom(value)


def _tell_dependencies(request: Any) -> None:
    """Make outputs of the properties that depend on something, so that transforms keep that."""
    for key, dependencies in request.propertyDependencies.items():
        if not dependencies.urns or key not in request.object.fields:
            continue
        value = request.object.fields[key]
        wrapped = struct_pb2.Struct()
        if _signature(value) == OUTPUT_SIGNATURE:
            continue
        wrapped.fields[SIGNATURE_KEY].string_value = OUTPUT_SIGNATURE
        if _signature(value) == SECRET_SIGNATURE:
            wrapped.fields["secret"].bool_value = True
            value = value.struct_value.fields["value"]
        if value.string_value != UNKNOWN_STRING:
            wrapped.fields["value"].CopyFrom(value)
        urns = wrapped.fields["dependencies"].list_value.values
        urns.extend(struct_pb2.Value(string_value=urn) for urn in dependencies.urns)
        request.object.fields[key].struct_value.CopyFrom(wrapped)


def _take_dependencies(request: Any) -> None:
    """Dependencies as the transformed outputs tell them."""
    request.propertyDependencies.clear()
    found = set(request.dependencies)
    for key, value in request.object.fields.items():
        urns = sorted(_dependencies(value))
        request.propertyDependencies[key].urns.extend(urns)
        found.update(urns)
    del request.dependencies[:]
    request.dependencies.extend(sorted(found))


def _dependencies(value: Any) -> set[str]:
    found: set[str] = set()
    if value.HasField("struct_value"):
        fields = value.struct_value.fields
        if _signature(value) == OUTPUT_SIGNATURE and "dependencies" in fields:
            found |= {urn.string_value for urn in fields["dependencies"].list_value.values}
        for item in fields.values():
            found |= _dependencies(item)
    elif value.HasField("list_value"):
        for item in value.list_value.values:
            found |= _dependencies(item)
    return found


def _signature(value: Any) -> str:
    if not value.HasField("struct_value") or SIGNATURE_KEY not in value.struct_value.fields:
        return ""
    signature: str = value.struct_value.fields[SIGNATURE_KEY].string_value
    return signature
