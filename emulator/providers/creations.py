"""What the emulated providers created last for each URN, to settle a deployment that was cut off.

An engine that is killed while a creation is under way never hears of it; the cloud process goes on
and finishes. The next deployment asks with the function `emulator:creation`, whose arguments are
the URN and the checked inputs of the creation that its checkpoint calls pending, and when it was
about to begin (RFC 3339; empty where the checkpoint does not say).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from emulator.providers.provider import ProviderError, Resource
from emulator.values import Properties

QUESTION: Final = "emulator:creation"
WAIT_SECONDS: Final = 120.0
"""Longest wait for a creation that is still under way."""


@dataclass(frozen=True, slots=True)
class Creation:
    """One creation that came to something."""

    began: datetime
    inputs: Properties
    resource: Resource
    failure: str
    """Why it came to no more than half, empty where it is whole."""


@dataclass(slots=True)
class Creations:
    """Last creation by URN; shared by every provider server of a cloud process."""

    _under_way: dict[str, threading.Event] = field(default_factory=dict)
    _made: dict[str, Creation] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def under_way(self, urn: str) -> Iterator[datetime]:
        """Mark a creation as under way: whoever asks for it waits. Yields when it began."""
        ended = threading.Event()
        began = datetime.now(UTC)
        with self._lock:
            self._made.pop(urn, None)
            self._under_way[urn] = ended
        try:
            yield began
        finally:
            with self._lock:
                if self._under_way.get(urn) is ended:
                    del self._under_way[urn]
            ended.set()

    def record(self, urn: str, creation: Creation) -> None:
        """Remember what a creation made."""
        with self._lock:
            self._made[urn] = creation

    def answer(self, arguments: Properties) -> Properties:
        """Id and outputs of what was created for `urn` from `inputs`, nothing where nothing was.

        Nothing either where it was created before `since`: that is another one, gone perhaps.

        `failure` says why a creation came to no more than half, empty where it is whole.
        Raises ProviderError where the creation does not end in time.
        """
        urn, inputs = str(arguments["urn"]), arguments["inputs"]
        with self._lock:
            under_way = self._under_way.get(urn)
        if under_way is not None and not under_way.wait(WAIT_SECONDS):
            msg = f"the creation of {urn} is still under way after {WAIT_SECONDS:.0f} s"
            raise ProviderError(msg)
        with self._lock:
            made = self._made.get(urn)
        since = str(arguments.get("since") or "")
        if made is None or made.inputs != inputs:
            return {}
        if since and made.began < datetime.fromisoformat(since):
            return {}
        return {"id": made.resource.id, "outputs": made.resource.outputs, "failure": made.failure}
