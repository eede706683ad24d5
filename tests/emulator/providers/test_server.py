"""Providers on the wire: one of its own for each connection, and errors as engines expect them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto import status_pb2 as rpc_status_pb2

from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.providers.creations import Creations
from emulator.providers.provider import (
    Checked,
    CheckFailure,
    Difference,
    PartialError,
    Provider,
    ProviderError,
    Resource,
)
from emulator.providers.server import ProviderServer, serve
from emulator.values import UNKNOWN, Properties, Secret, from_struct, to_struct

URN = "urn:pulumi:stage::project::component$test:index:Thing::it"


class Thing(Provider):
    """A provider that answers with what it was asked."""

    def __init__(self) -> None:
        self.config: Properties = {}

    def configure(self, config: Properties) -> None:
        assert not self.config, "configured twice"
        self.config = config

    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        failure = CheckFailure(property="size", reason="too small")
        return Checked(inputs=news | {"type": type_}, failures=[failure])

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        kind = DifferenceKind.UPDATE_REPLACE
        return Difference(
            changed=["name"],
            replaces=["name"],
            delete_before_replace=True,
            detailed={"name": PropertyDifference(kind=kind, input_difference=True)},
        )

    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        if "refused" in inputs:
            msg = "the cloud says no"
            raise ProviderError(msg)
        resource = Resource(id="" if preview else "1", outputs={**inputs, "word": Secret("s")})
        if "half" in inputs:
            msg = "half done"
            raise PartialError(msg, resource)
        return resource

    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource | None:
        if id_ == "gone":
            return None
        return Resource(id=id_, outputs={"config": self.config}, inputs=inputs)

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        return {"was": old_outputs, "is": news}

    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        msg = f"{id_} is in use"
        raise ProviderError(msg)


class Served:
    """A running server, and stubs that each have a connection of their own."""

    def __init__(self) -> None:
        self.made: list[Thing] = []
        self.servicer = ProviderServer("1.2.3", self._make, Creations())
        self.server, self.port = serve(self.servicer)
        self.channels: list[Any] = []

    def _make(self) -> Thing:
        self.made.append(Thing())
        return self.made[-1]

    def connect(self) -> Any:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", options=options)
        self.channels.append(channel)
        return provider_pb2_grpc.ResourceProviderStub(channel)

    def close(self) -> None:
        for channel in self.channels:
            channel.close()
        self.server.stop(grace=None).wait()


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.close()


def configure(stub: Any, **config: Any) -> None:
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(config)))


def config_of(stub: Any) -> Properties:
    answer = stub.Read(provider_pb2.ReadRequest(id="1", urn=URN))
    config: Properties = from_struct(answer.properties)["config"]
    return config


def test_each_connection_has_a_provider_of_its_own(served: Served) -> None:
    one, other = served.connect(), served.connect()

    configure(one, host="one")
    configure(other, host="other")

    assert (config_of(one), config_of(other)) == ({"host": "one"}, {"host": "other"})
    assert len(served.made) == 2


def test_calls_at_once_on_a_new_connection_meet_one_provider(served: Served) -> None:
    ready = threading.Barrier(8)
    stub = served.connect()

    def check(_: int) -> Any:
        ready.wait(10)
        return stub.Check(provider_pb2.CheckRequest(urn=URN, news=to_struct({})))

    with futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(check, range(8)))

    assert len(served.made) == 1


def test_a_connection_that_got_an_old_port_starts_afresh(served: Served) -> None:
    stub = served.connect()
    configure(stub, host="of the connection before")

    configure(stub, host="of this one")  # the peer is the same: all that a server can see

    assert config_of(stub) == {"host": "of this one"}


def test_a_provider_says_its_version_and_takes_no_secrets(served: Served) -> None:
    stub = served.connect()
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    answer = stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"a": Secret("b")})))
    assert not answer.acceptSecrets
    assert answer.supportsPreview
    assert config_of(stub) == {"a": "b"}


def test_a_check_brings_inputs_and_failures(served: Served) -> None:
    request = provider_pb2.CheckRequest(urn=URN, news=to_struct({"size": UNKNOWN}))

    answer = served.connect().Check(request)

    # Older engines send no type: it is the last of the URN's.
    assert from_struct(answer.inputs) == {"size": UNKNOWN, "type": "test:index:Thing"}
    assert [(item.property, item.reason) for item in answer.failures] == [("size", "too small")]


def test_a_difference_arrives_whole(served: Served) -> None:
    answer = served.connect().Diff(provider_pb2.DiffRequest(urn=URN, id="1"))

    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.replaces) == ["name"]
    assert answer.deleteBeforeReplace
    assert answer.detailedDiff["name"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE
    assert answer.detailedDiff["name"].inputDiff


def test_a_creation_brings_id_and_secret_outputs(served: Served) -> None:
    answer = served.connect().Create(
        provider_pb2.CreateRequest(urn=URN, properties=to_struct({"size": 3}))
    )
    assert answer.id == "1"
    assert from_struct(answer.properties) == {"size": 3, "word": Secret("s")}


def test_what_is_gone_has_no_id(served: Served) -> None:
    assert served.connect().Read(provider_pb2.ReadRequest(id="gone", urn=URN)).id == ""


def test_an_update_brings_new_outputs(served: Served) -> None:
    request = provider_pb2.UpdateRequest(
        urn=URN, id="1", olds=to_struct({"size": 1}), news=to_struct({"size": 2})
    )
    answer = served.connect().Update(request)
    assert from_struct(answer.properties) == {"was": {"size": 1}, "is": {"size": 2}}


@pytest.mark.parametrize(
    ("method", "request_", "message"),
    [
        (
            "Create",
            provider_pb2.CreateRequest(urn=URN, properties=to_struct({"refused": True})),
            "the cloud says no",
        ),
        ("Delete", provider_pb2.DeleteRequest(urn=URN, id="7"), "7 is in use"),
        (
            "Invoke",
            provider_pb2.InvokeRequest(tok="test:index:getThing"),
            "test:index:getThing is not a function that this provider knows",
        ),
    ],
    ids=["create", "delete", "invoke"],
)
def test_a_refusal_is_told_in_the_providers_own_words(
    served: Served, method: str, request_: Any, message: str
) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        getattr(served.connect(), method)(request_)
    assert failure.value.details() == message
    assert failure.value.code() is grpc.StatusCode.UNKNOWN


def test_a_half_made_resource_comes_with_its_error(served: Served) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=to_struct({"half": True}))

    with pytest.raises(grpc.RpcError) as failure:
        served.connect().Create(request)

    trailers: dict[str, Any] = dict(failure.value.trailing_metadata())  # type: ignore[arg-type]
    status = rpc_status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("1", ["half done"])
    assert from_struct(detail.properties) == {"half": True, "word": Secret("s")}
