"""Runs an emulator command and records what its monitor answers to the program.

    python -m benchmarks.recording FILE MODULE ARGUMENTS...

runs `python -m MODULE ARGUMENTS`; FILE takes a JSON object of answers in base64 by question. The
null monitor gives the same answers without any work, which shows what the program costs alone.
"""

from __future__ import annotations

import base64
import functools
import json
import runpy
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import resource_pb2


def key(method: str, request: Any) -> str:
    """What tells a question from others: two processes ask the same in the same words."""
    if isinstance(request, resource_pb2.RegisterResourceRequest):
        return f"{method} {request.parent} {request.type} {request.name}"
    if isinstance(request, resource_pb2.ResourceInvokeRequest):
        arguments = json.dumps(json_format.MessageToDict(request.args), sort_keys=True)
        return f"{method} {request.tok} {arguments}"
    if isinstance(request, resource_pb2.SupportsFeatureRequest):
        return f"{method} {request.id}"
    return method


class Recorder(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # not at run time
    """Keeps each answer."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        """Wrap the handler of a call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method.rpartition("/")[2]

        async def answer(request: Any, context: Any) -> Any:
            response = await handler.unary_unary(request, context)
            text = base64.b64encode(response.SerializeToString()).decode()
            self.answers[key(method, request)] = text
            return response

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


def main() -> None:
    """Run the command; the file is written when it has ended."""
    _, file, module, *arguments = sys.argv
    recorder = Recorder()
    grpc.aio.server = functools.partial(grpc.aio.server, interceptors=[recorder])
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        Path(file).write_text(json.dumps(recorder.answers))


if __name__ == "__main__":
    main()
