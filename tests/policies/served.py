"""The pack behind the library's own servicer, called as the engine calls it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.exemptions import Exemption
from policies.pack import PACK_NAME, Pack
from policies.rule import Rule
from tests.policies.cases import ROOT, Fixture, urn

LEVELS = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.DISABLED: "disabled",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One diagnostic."""

    policy: str
    level: str
    message: str
    urn: str


@dataclass
class Served:
    """A pack as the engine sees it, for one stack."""

    rules: Iterable[Rule]
    exemptions: Iterable[Exemption] = ()
    stack: str = "preprod"
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Parameters by policy; `enforcementLevel` among them."""

    def __post_init__(self) -> None:
        """Start it and hand its configuration over."""
        pack = Pack(self.rules, self.exemptions, ROOT)
        serve: Any = _PolicyAnalyzerServicer
        self._servicer = serve(PACK_NAME, "1.0.0", pack.policies(), EnforcementLevel.ADVISORY)
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.info().policies:
            own = dict(self.config.get(policy.name, {}))
            level = own.pop("enforcementLevel", None)
            item = request.policyConfig[policy.name]
            item.enforcementLevel = (
                policy.enforcementLevel
                if level is None
                else analyzer_pb2.EnforcementLevel.Value(level.upper())
            )
            item.properties.update(own)
        self._servicer.Configure(request, None)

    def info(self) -> Any:
        """What it says of itself."""
        return self._servicer.GetAnalyzerInfo(None, None)

    def resource(self, fixture: Fixture) -> list[Told]:
        """What it says of one resource."""
        request = analyzer_pb2.AnalyzeRequest()
        self._fill(request, fixture)
        return _told(self._servicer.Analyze(request, None))

    def whole(self, *fixtures: Fixture) -> list[Told]:
        """What it says of the stack as a whole, after each resource was looked at."""
        request = analyzer_pb2.AnalyzeStackRequest()
        for fixture in fixtures:
            item = request.resources.add()
            self._fill(item, fixture)
            for key, titles in fixture.sources.items():
                sources = [urn(title, self.stack) for title in titles]
                item.propertyDependencies[key].urns.extend(sources)
        return _told(self._servicer.AnalyzeStack(request, None))

    def _fill(self, item: Any, fixture: Fixture) -> None:
        item.type, item.name = fixture.type, fixture.name
        item.urn = urn(f"{fixture.type}::{fixture.name}", self.stack)
        properties = struct_pb2.Struct()
        properties.update(fixture.props)
        item.properties.CopyFrom(properties)
        item.options.protect = fixture.protect
        item.options.ignoreChanges.extend(fixture.ignore_changes)


def _told(response: Any) -> list[Told]:
    return [
        Told(
            policy=item.policyName,
            level=LEVELS[item.enforcementLevel],
            message=item.message,
            urn=item.urn,
        )
        for item in response.diagnostics
    ]


@pytest.fixture(autouse=True)
def as_the_engine_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables by which a pack learns the stack; no configuration but the stack files'."""
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_PROJECT", "development-stages")
    monkeypatch.setenv("PULUMI_STACK", "preprod")
    monkeypatch.setenv("PULUMI_DRY_RUN", "true")
