"""A monitor that gives recorded answers: `python -m benchmarks.null_monitor FILE`.

Prints its port and serves until its standard input ends. The only work per call is to find the
answer, so that a program's run against it shows what the program costs alone.
"""

from __future__ import annotations

import base64
import json
import sys
from concurrent import futures
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import resource_pb2

from benchmarks.recording import key

QUESTIONS: Final[dict[str, Any]] = {
    "RegisterResource": resource_pb2.RegisterResourceRequest,
    "Invoke": resource_pb2.ResourceInvokeRequest,
    "SupportsFeature": resource_pb2.SupportsFeatureRequest,
}
EMPTY: Final = b""


class NullMonitor(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # not at run time
    """Answers from the record; whatever is not in it (log lines) is answered with nothing."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self._answers = answers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Handler of a call, which takes and gives bytes."""
        method = str(handler_call_details.method).rpartition("/")[2]
        question = QUESTIONS.get(method)

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            asked = question.FromString(request) if question is not None else None
            return self._answers.get(key(method, asked), EMPTY)

        return grpc.unary_unary_rpc_method_handler(answer)


def main() -> None:
    """Serve until standard input ends."""
    recorded = json.loads(Path(sys.argv[1]).read_text())
    answers = {question: base64.b64decode(text) for question, text in recorded.items()}
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    server.add_generic_rpc_handlers((NullMonitor(answers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main()
