"""One configured provider, as the engine talks to it over the ResourceProvider protocol.

A provider whose configuration is unknown (in a preview) is never called: its resources are assumed
to change, and what they answer is unknown. https://github.com/pulumi/pulumi/blob/master/pkg/resource/plugin/provider_plugin.go
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from emulator.engine.provider_answers import (
    Created,
    Differs,
    decode_differs,
    failed,
    failure_text,
)
from emulator.engine.secrecy import annotate
from emulator.grpc_options import CHANNEL_OPTIONS
from emulator.values import (
    Properties,
    ResourceReference,
    Value,
    contains,
    from_struct,
    has_unknown,
    to_struct,
    without_references,
    without_secrets,
)


class ProviderClient:
    """A connection to one provider instance; `configure` comes first."""

    def __init__(self, package: str, target: str) -> None:
        self.package = package
        self._channel: Any = grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS)
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._accepts_secrets = False
        self._accepts_resources = False
        self._supports_preview = False
        self.known = True
        """False where the configuration holds an unknown: the provider must not be called."""

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def check_config(self, urn: str, news: Properties) -> tuple[Properties, list[str]]:
        """Check the provider's configuration: checked inputs and failures."""
        request = provider_pb2.CheckRequest(urn=urn, news=to_struct(news))
        try:
            response = await self._stub.CheckConfig(request)
        except grpc.aio.AioRpcError as error:
            if error.code() == grpc.StatusCode.UNIMPLEMENTED:
                return news, []
            raise failed(error) from None
        checked = annotate(from_struct(response.inputs), news)
        return checked, [failure_text(item) for item in response.failures]

    async def diff_config(self, urn: str, olds: Properties, news: Properties) -> Differs:
        """Compare two configurations of the provider."""
        request = provider_pb2.DiffRequest(
            urn=urn, olds=to_struct(olds), old_inputs=to_struct(olds), news=to_struct(news)
        )
        try:
            response = await self._stub.DiffConfig(request)
        except grpc.aio.AioRpcError as error:
            if error.code() == grpc.StatusCode.UNIMPLEMENTED:
                changed = sorted(key for key in olds | news if olds.get(key) != news.get(key))
                return Differs(some=bool(changed), changed=changed)
            raise failed(error) from None
        return decode_differs(response, olds, news)

    async def configure(self, urn: str, name: str, config: Properties) -> None:
        """Hand over the configuration; with an unknown in it the provider stays uncalled."""
        self.known = not has_unknown(config)
        if not self.known:
            return
        plain = without_secrets(config)
        variables = {
            f"{self.package}:config:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in plain.items()
        }
        request = provider_pb2.ConfigureRequest(
            variables=variables,
            args=to_struct(plain),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
            urn=urn,
            name=name,
        )
        response = await self._call(self._stub.Configure, request)
        self._accepts_secrets = response.acceptSecrets
        self._accepts_resources = response.acceptResources
        self._supports_preview = response.supportsPreview

    async def check(
        self, urn: str, type_: str, name: str, olds: Properties, news: Properties, seed: bytes
    ) -> tuple[Properties, list[str]]:
        """Check inputs: the checked ones, and what is wrong with them."""
        if not self.known:
            return news, []
        request = provider_pb2.CheckRequest(
            urn=urn,
            type=type_,
            name=name,
            olds=self._struct(olds),
            news=self._struct(news),
            randomSeed=seed,
        )
        response = await self._call(self._stub.Check, request)
        checked = annotate(from_struct(response.inputs), news)
        return checked, [failure_text(item) for item in response.failures]

    async def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: list[str],
    ) -> Differs:
        """Compare checked inputs with what stands."""
        if not self.known:
            return Differs(
                some=True,
                unavailable="The provider for this resource has inputs that are not known during "
                "preview.\nThis preview may not correctly represent the changes that will be "
                "applied during an update.",
            )
        request = provider_pb2.DiffRequest(
            id=id_,
            urn=urn,
            type=type_,
            olds=self._struct(old_outputs),
            old_inputs=self._struct(old_inputs),
            news=self._struct(news),
            ignoreChanges=ignore_changes,
        )
        response = await self._call(self._stub.Diff, request)
        return decode_differs(response, old_inputs, news)

    async def create(
        self, urn: str, type_: str, inputs: Properties, timeout: float, *, preview: bool
    ) -> Created:
        """Create a resource, or say what a preview can know of it."""
        if preview and not (self.known and self._supports_preview):
            return Created(id="", outputs=inputs)
        request = provider_pb2.CreateRequest(
            urn=urn,
            type=type_,
            properties=self._struct(inputs),
            timeout=timeout,
            preview=preview,
        )
        response = await self._call(self._stub.Create, request, inputs)
        return Created(id=response.id, outputs=annotate(from_struct(response.properties), inputs))

    async def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Created | None:
        """Read a resource as it stands, None where it is gone."""
        request = provider_pb2.ReadRequest(
            id=id_,
            urn=urn,
            type=type_,
            properties=self._struct(outputs),
            inputs=self._struct(inputs),
        )
        response = await self._call(self._stub.Read, request, inputs)
        if not response.id:
            return None
        return Created(
            id=response.id,
            outputs=annotate(from_struct(response.properties), outputs | inputs),
            inputs=(
                annotate(from_struct(response.inputs), inputs)
                if response.HasField("inputs")
                else None
            ),
        )

    async def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        ignore_changes: list[str],
        *,
        preview: bool,
    ) -> Properties:
        """Update a resource in place; its new outputs."""
        if preview and not (self.known and self._supports_preview):
            return news
        request = provider_pb2.UpdateRequest(
            id=id_,
            urn=urn,
            type=type_,
            olds=self._struct(old_outputs),
            old_inputs=self._struct(old_inputs),
            news=self._struct(news),
            timeout=timeout,
            ignoreChanges=ignore_changes,
            preview=preview,
        )
        response = await self._call(self._stub.Update, request, news)
        outputs: Properties = annotate(from_struct(response.properties), news)
        return outputs

    async def delete(
        self,
        urn: str,
        type_: str,
        id_: str,
        inputs: Properties,
        outputs: Properties,
        timeout: float,
    ) -> None:
        """Delete a resource."""
        request = provider_pb2.DeleteRequest(
            id=id_,
            urn=urn,
            type=type_,
            properties=self._struct(outputs),
            old_inputs=self._struct(inputs),
            timeout=timeout,
        )
        await self._call(self._stub.Delete, request)

    async def invoke(
        self, token: str, arguments: Properties
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """Run a function: its result, and failures as (property, reason)."""
        request = provider_pb2.InvokeRequest(tok=token, args=self._struct(arguments))
        response = await self._call(self._stub.Invoke, request)
        failures = [(item.property, item.reason) for item in response.failures]
        return from_struct(getattr(response, "return")), failures

    async def cancel(self) -> None:
        """Ask the provider to stop waiting; one that cannot is no error."""
        try:
            await self._stub.Cancel(empty_pb2.Empty(), timeout=2)
        except grpc.aio.AioRpcError:
            return

    def _struct(self, properties: Mapping[str, Any]) -> Any:
        if not self._accepts_resources and contains(dict(properties), _is_reference):
            properties = without_references(dict(properties))
        return to_struct(properties, keep_secrets=self._accepts_secrets)

    async def _call(self, method: Any, request: Any, inputs: Properties | None = None) -> Any:
        try:
            return await method(request)
        except grpc.aio.AioRpcError as error:
            raise failed(error, inputs) from None


def _is_reference(value: Value) -> bool:
    return isinstance(value, ResourceReference)
