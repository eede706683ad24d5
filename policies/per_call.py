"""Has Pulumi's library read a resource's properties once in a call, not once for each policy.

The library hands each policy the same properties and takes them out of the engine's message anew
for it: half of all that the pack does in a stack of a thousand resources. Rules change nothing in
them, so all policies may get the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from google.protobuf.json_format import MessageToDict
from pulumi_policy import policy as library


class _Store(threading.local):
    results: dict[tuple[str, int], tuple[Any, Any]] | None = None
    """By function and identity of its argument, which is kept so that nothing else gets that."""


_store = _Store()


def spare_the_library() -> None:
    """Change the library in this process."""
    servicer = library._PolicyAnalyzerServicer
    # From the environment, which is complete before the pack starts.
    once = _ever(servicer._configure_runtime_settings)
    servicer._configure_runtime_settings = once  # type: ignore[method-assign]
    for name in ("Analyze", "AnalyzeStack"):
        setattr(servicer, name, _call(getattr(servicer, name)))
    to_dict = SimpleNamespace(MessageToDict=_per_call(MessageToDict))
    setattr(library, "json_format", to_dict)  # noqa: B010  (no name that it exports)
    for name in ("deserialize_properties", "unknown_checking_proxy"):
        setattr(library, name, _per_call(getattr(library, name)))


def _ever(method: Callable[[Any], None]) -> Callable[[Any], None]:
    done: list[bool] = []

    def once(self: Any) -> None:
        if not done:
            method(self)
            done.append(True)

    return once


def _call(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        _store.results = {}
        try:
            return method(*arguments)
        finally:
            _store.results = None

    return call


def _per_call(function: Callable[..., Any]) -> Callable[..., Any]:
    def cached(value: Any, *more: Any) -> Any:
        results = _store.results
        if results is None or more:
            return function(value, *more)
        key = function.__name__, id(value)
        if key not in results:
            results[key] = value, function(value)
        return results[key][1]

    return cached
