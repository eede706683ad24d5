"""Puts `Provider` objects on the wire: one gRPC server, one provider per connection.

An engine opens a connection of its own for every provider resource and configures it, also where
all of them are attached to one address (PULUMI_DEBUG_PROVIDERS): the peer tells them apart.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto import status_pb2 as rpc_status_pb2

from emulator.engine.events import DifferenceKind
from emulator.grpc_options import CHANNEL_OPTIONS
from emulator.providers.creations import QUESTION, Creation, Creations
from emulator.providers.provider import (
    Checked,
    Difference,
    PartialError,
    Provider,
    ProviderError,
    Resource,
)
from emulator.values import Properties, from_struct, to_struct

KINDS: Final = {
    DifferenceKind.ADD: provider_pb2.PropertyDiff.ADD,
    DifferenceKind.ADD_REPLACE: provider_pb2.PropertyDiff.ADD_REPLACE,
    DifferenceKind.DELETE: provider_pb2.PropertyDiff.DELETE,
    DifferenceKind.DELETE_REPLACE: provider_pb2.PropertyDiff.DELETE_REPLACE,
    DifferenceKind.UPDATE: provider_pb2.PropertyDiff.UPDATE,
    DifferenceKind.UPDATE_REPLACE: provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class ProviderServer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves as many instances of one provider as there are connections to it."""

    def __init__(
        self, version: str, make_provider: Callable[[], Provider], creations: Creations
    ) -> None:
        self._version = version
        self._creations = creations
        self._make_provider = make_provider
        self._providers: dict[str, Provider] = {}
        self._configured_peers: set[str] = set()
        self._lock = threading.Lock()

    def _provider(self, context: grpc.ServicerContext) -> Provider:
        peer = context.peer()
        with self._lock:
            if peer not in self._providers:
                self._providers[peer] = self._make_provider()
            return self._providers[peer]

    def _provider_to_configure(self, context: grpc.ServicerContext) -> Provider:
        """The connection's provider; a new one where it was configured before.

        A connection is configured once, so this one came later and got the port of one that ended.
        """
        peer = context.peer()
        with self._lock:
            if peer in self._configured_peers:
                del self._providers[peer]
            self._configured_peers.add(peer)
        return self._provider(context)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Say what this provider understands of the protocol."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=False, accept_resources=False)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Take the engine's address; nothing is sent there."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Version of the real provider whose behaviour this one has."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Stop waiting."""
        self._provider(context).cancel()
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Check the provider's own configuration."""
        provider = self._provider(context)
        return _checked(_run(context, provider.check_config, request.urn, _plain(request.news)))

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Compare two configurations of the provider."""
        provider = self._provider(context)
        olds = _plain(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return _difference(
            _run(context, provider.diff_config, request.urn, olds, _plain(request.news))
        )

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Take the configuration."""
        _run(context, self._provider_to_configure(context).configure, _plain(request.args))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Validate inputs."""
        check = self._provider(context).check
        type_ = _type(request)
        olds, news = _plain(request.olds), _plain(request.news)
        return _checked(_run(context, check, request.urn, type_, olds, news))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Compare new inputs with what stands."""
        olds, old_inputs = _plain(request.olds), _plain(request.old_inputs)
        news = _plain(request.news)
        diff = self._provider(context).diff
        return _difference(
            _run(context, diff, request.urn, _type(request), request.id, old_inputs, olds, news)
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Create a resource."""
        create = self._provider(context).create
        inputs = _plain(request.properties)
        if request.preview:
            resource = _run(context, create, request.urn, _type(request), inputs, preview=True)
        else:
            resource = _run(context, self._make, create, request.urn, _type(request), inputs)
        return provider_pb2.CreateResponse(id=resource.id, properties=to_struct(resource.outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Read a resource as it stands; an empty id says that it is gone."""
        read = self._provider(context).read
        inputs, outputs = _plain(request.inputs), _plain(request.properties)
        resource = _run(context, read, request.urn, _type(request), request.id, inputs, outputs)
        if resource is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=resource.id,
            properties=to_struct(resource.outputs),
            inputs=to_struct(resource.inputs),
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Update a resource in place."""
        update = self._provider(context).update
        old_inputs, olds = _plain(request.old_inputs), _plain(request.olds)
        outputs = _run(
            context,
            update,
            request.urn,
            _type(request),
            request.id,
            old_inputs,
            olds,
            _plain(request.news),
            preview=request.preview,
        )
        return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Delete a resource."""
        delete = self._provider(context).delete
        inputs, outputs = _plain(request.old_inputs), _plain(request.properties)
        _run(context, delete, request.urn, _type(request), request.id, inputs, outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run a function."""
        if request.tok == QUESTION:
            answer = _run(context, self._creations.answer, _plain(request.args))
            return _result(answer)
        result = _run(context, self._provider(context).invoke, request.tok, _plain(request.args))
        return _result(result)

    def _make(
        self, create: Callable[..., Resource], urn: str, type_: str, inputs: Properties
    ) -> Resource:
        """Create for real, remembered until the next creation for this URN."""
        with self._creations.under_way(urn) as began:
            try:
                resource = create(urn, type_, inputs, preview=False)
            except PartialError as error:
                self._creations.record(urn, Creation(began, inputs, error.resource, str(error)))
                raise
            self._creations.record(urn, Creation(began, inputs, resource, ""))
            return resource


def serve(servicer: ProviderServer, *, workers: int = 16) -> tuple[grpc.Server, int]:
    """Start a server on a free loopback port; the server and its port."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=workers, thread_name_prefix="provider"),
        options=CHANNEL_OPTIONS,
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _plain(struct: Any) -> Properties:
    return from_struct(struct, keep_secrets=False)


def _type(request: Any) -> str:
    type_: str = request.type or request.urn.split("::")[2].split("$")[-1]
    return type_


def _run(
    context: grpc.ServicerContext, method: Callable[..., Any], *args: Any, **named: Any
) -> Any:
    """Call a provider's method; what it refuses becomes the status that the engine expects."""
    try:
        return method(*args, **named)
    except PartialError as error:
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.resource.id,
            properties=to_struct(error.resource.outputs),
            inputs=to_struct(error.resource.inputs),
            reasons=[str(error)],
        )
        status = rpc_status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except ProviderError as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _result(result: Properties) -> Any:
    response = provider_pb2.InvokeResponse()
    getattr(response, "return").CopyFrom(to_struct(result))  # `return` is a Python keyword
    return response


def _checked(checked: Checked) -> Any:
    return provider_pb2.CheckResponse(
        inputs=to_struct(checked.inputs),
        failures=[
            provider_pb2.CheckFailure(property=failure.property, reason=failure.reason)
            for failure in checked.failures
        ],
    )


def _difference(difference: Difference) -> Any:
    some = provider_pb2.DiffResponse.DIFF_SOME
    none = provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some if difference.changed or difference.replaces else none,
        replaces=difference.replaces,
        stables=difference.stables,
        deleteBeforeReplace=difference.delete_before_replace,
        diffs=difference.changed,
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=KINDS[item.kind], inputDiff=item.input_difference)
            for path, item in difference.detailed.items()
        },
        hasDetailedDiff=bool(difference.detailed),
    )
