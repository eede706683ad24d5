"""Messages, frames and documents of sessions, without any cloud."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emulator.cloud.session_manager.documents import DocumentError, port_forward
from emulator.cloud.session_manager.messages import INPUT, Message, MessageError, acknowledgement
from emulator.cloud.session_manager.multiplexing import (
    Command,
    Multiplexer,
    MultiplexingError,
    Streams,
    frame,
)

DOCUMENT: dict[str, Any] = {
    "sessionType": "Port",
    "parameters": {"localPortNumber": {"default": "0", "allowedPattern": "^[0-9]+$"}},
    "properties": {
        "type": "LocalPortForwarding",
        "host": "reader.preprod.internal",
        "portNumber": "5432",
        "localPortNumber": "{{ localPortNumber }}",
    },
}


def test_a_message_comes_out_as_it_went_in() -> None:
    message = Message(kind=INPUT, payload=b"some bytes", payload_type=1, sequence=7)
    data = message.encode()
    assert int.from_bytes(data[:4]) == 116
    assert Message.decode(data) == message


@pytest.mark.parametrize("cut", [0, 3, 119, -1])
def test_a_message_that_is_cut_or_changed_is_refused(cut: int) -> None:
    data = Message(kind=INPUT, payload=b"some bytes").encode()
    with pytest.raises(MessageError):
        Message.decode(data[:cut])
    with pytest.raises(MessageError):
        Message.decode(data[:-1] + b"!")


def test_an_acknowledgement_names_the_message() -> None:
    message = Message(kind=INPUT, sequence=3)
    assert str(message.id).encode() in acknowledgement(message).payload


def test_a_frame_may_come_in_pieces_and_a_wrong_one_is_refused() -> None:
    opened: list[int] = []

    async def refuse(number: int) -> Streams | None:
        opened.append(number)
        return None

    async def run() -> list[bytes]:
        sent: list[bytes] = []

        async def send(data: bytes) -> None:
            sent.append(data)

        multiplexer = Multiplexer(send, refuse)
        data = frame(Command.OPEN, 3)
        for index in range(len(data)):
            await multiplexer.receive(data[index : index + 1])
        with pytest.raises(MultiplexingError):
            await multiplexer.receive(b"\2" + data[1:])
        return sent

    assert asyncio.run(run()) == [frame(Command.END, 3)]
    assert opened == [3]


def test_a_document_leads_where_it_says_and_takes_its_own_parameters_only() -> None:
    found = port_forward(DOCUMENT, {"localPortNumber": ["15432"]}, "door")
    assert (found.host, found.port) == ("reader.preprod.internal", 5432)
    assert found.properties["localPortNumber"] == "15432"
    assert port_forward(DOCUMENT, {}, "door").properties["localPortNumber"] == "0"


@pytest.mark.parametrize(
    "given", [{"host": ["10.0.0.1"]}, {"portNumber": ["22"]}, {"localPortNumber": ["x; y"]}]
)
def test_a_document_takes_nothing_that_it_does_not_declare(given: dict[str, list[str]]) -> None:
    with pytest.raises(DocumentError) as error:
        port_forward(DOCUMENT, given, "door")
    assert error.value.code == "InvalidParameters"


def test_a_document_of_another_kind_is_refused() -> None:
    with pytest.raises(DocumentError, match="sessions of the type Port"):
        port_forward({**DOCUMENT, "sessionType": "Standard_Stream"}, {}, "shell")
