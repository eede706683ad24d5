"""A port-forward: a session of Systems Manager, and the plugin that carries it.

The plugin is run as the aws CLI runs it:
https://github.com/aws/aws-cli/blob/develop/awscli/customizations/sessionmanager.py
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.connect.door import Door
from operations.connect.errors import ConnectError

PLUGIN: Final = "session-manager-plugin"
INSTALLING: Final = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html"
)
ANSWER_VARIABLE: Final = "AWS_SSM_START_SESSION_RESPONSE"
TAKES_VARIABLE: Final = (1, 2, 498, 0)
"""From this version on the plugin takes the answer, which holds a token, from a variable."""
OPENED: Final = re.compile(r"Port (\d+) opened")
OPENING_SECONDS: Final = 30
ENDING_SECONDS: Final = 5
LOCAL: Final = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Tunnel:
    """An open port-forward."""

    session_id: str
    port: int
    """On 127.0.0.1."""

    process: subprocess.Popen[str]
    """The plugin; it ends when the session does."""


def find_plugin() -> str:
    """Path of the plugin. Raises ConnectError."""
    found = shutil.which(PLUGIN)
    if found is None:
        raise ConnectError(
            f"{PLUGIN} is not on PATH: sessions of Systems Manager need it.",
            f"install it ({INSTALLING}); on the emulator "
            'eval "$(python -m emulator env --stack STAGE)" brings one.',
        )
    return found


def check_port(port: int) -> None:
    """See that a local port is free. Raises ConnectError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCAL, port))
        except OSError as error:
            raise ConnectError(
                f"Port {port} of {LOCAL} cannot be used: {error.strerror}.",
                "give another one with --port, or none: a free one is taken then.",
            ) from None


@contextmanager
def open_tunnel(
    plugin: str, role: boto3.Session, door: Door, gateway: str, port: int
) -> Iterator[Tunnel]:
    """A port-forward through the gateway, closed at the end. Raises ConnectError."""
    client: Any = role.client("ssm")
    parameters = {
        "Target": gateway,
        "DocumentName": door.document,
        "Parameters": {"localPortNumber": [str(port)]},
    }
    try:
        answer = client.start_session(**parameters)
    except (ClientError, BotoCoreError) as error:
        raise _not_started(error, door, gateway) from None
    session = {name: answer[name] for name in ("SessionId", "TokenValue", "StreamUrl")}
    process = None
    try:
        process = _start(plugin, role, session, parameters, client.meta.endpoint_url)
        opened = _wait_for_port(process)
        yield Tunnel(session_id=session["SessionId"], port=opened, process=process)
    finally:
        if process is not None:
            _end(process)
        with suppress(ClientError, BotoCoreError):  # the plugin's end has ended it already
            client.terminate_session(SessionId=session["SessionId"])


def _start(
    plugin: str,
    role: boto3.Session,
    session: dict[str, str],
    parameters: dict[str, Any],
    endpoint_url: str,
) -> subprocess.Popen[str]:
    answer = json.dumps(session)
    environment = {name: value for name, value in os.environ.items() if name != "AWS_PROFILE"}
    keys = role.get_credentials()
    if keys is not None:
        frozen = keys.get_frozen_credentials()
        environment["AWS_ACCESS_KEY_ID"] = frozen.access_key or ""
        environment["AWS_SECRET_ACCESS_KEY"] = frozen.secret_key or ""
        environment["AWS_SESSION_TOKEN"] = frozen.token or ""
    if _version(plugin) >= TAKES_VARIABLE:
        environment[ANSWER_VARIABLE] = answer
        answer = ANSWER_VARIABLE
    arguments = [
        *(plugin, answer, str(role.region_name), "StartSession", ""),
        *(json.dumps(parameters), endpoint_url),
    ]
    return subprocess.Popen(
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a Ctrl-C is for this command, which then ends the plugin
    )


def _version(plugin: str) -> tuple[int, ...]:
    answer = subprocess.run(
        [plugin, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    parts = answer.stdout.strip().split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def _wait_for_port(process: subprocess.Popen[str]) -> int:
    """Port that the plugin opened. Raises ConnectError where it does not in time."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        """Until the plugin ends: it must never wait for somebody to read."""
        with process.stdout or nullcontext(()) as output:
            for line in output:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    said: list[str] = []
    deadline = time.monotonic() + OPENING_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line is None:
            break
        said.append(line.strip())
        if opened := OPENED.search(line):
            return int(opened[1])
    text = " ".join(filter(None, said)) or "nothing"
    raise ConnectError(
        f"{PLUGIN} opened no port within {OPENING_SECONDS} seconds; it said: {text}",
        "run this again; if it stays so, update the plugin, and look whether the gateway is "
        "healthy in the console of Systems Manager.",
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)  # on which it says goodbye; others just end it
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _not_started(error: Exception, door: Door, gateway: str) -> ConnectError:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code == "TargetNotConnected":
        return ConnectError(
            f"The gateway {gateway} runs, but Systems Manager has no connection to it.",
            "where it was just started, wait a minute and run this again; else see that its "
            "endpoints, security groups and role stand (preview the host), and reboot it.",
        )
    if code == "InvalidDocument":
        return ConnectError(
            f"The session document {door.document} is not there: {error}",
            f"bring stage {door.stage.stage} up.",
        )
    return ConnectError(
        f"No session through {gateway} with {door.document}: {error}",
        f"see that {door.stage.file.name} and what stands agree: preview stage {door.stage.stage}.",
    )
