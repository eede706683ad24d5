"""Policy packs: analyzers that see every resource before it is touched, and the stack at the end.

https://github.com/pulumi/pulumi/blob/master/sdk/proto/go/analyzer.proto
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from emulator.engine import children
from emulator.engine.events import PolicyPackLoaded, PolicyViolation
from emulator.engine.request import PolicyPackRequest
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import name_of
from emulator.errors import UserError
from emulator.grpc_options import CHANNEL_OPTIONS
from emulator.values import Properties, from_struct, to_struct

LEVELS: Final = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.DISABLED: "disabled",
    analyzer_pb2.REMEDIATE: "remediate",
}
LEVEL_NUMBERS: Final = {name: number for number, name in LEVELS.items()}
SEVERITIES: Final = {1: "low", 2: "medium", 3: "high", 4: "critical"}


@dataclass(slots=True, kw_only=True)
class Subject:
    """A resource as policies see it."""

    state: ResourceState
    properties: Properties
    provider: ResourceState | None
    delete_before_replace: bool | None


class Analyzer:
    """One running policy pack."""

    def __init__(self, process: Process, port: int, name: str) -> None:
        self._process = process
        self.name = name
        self.version = ""
        self._declared_version = ""
        self._channel: Any = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        self._stub: Any = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        self._analyze_stack: Any = self._channel.unary_unary(
            "/pulumirpc.Analyzer/AnalyzeStack",
            request_serializer=None,  # it is written already
            response_deserializer=analyzer_pb2.AnalyzeResponse.FromString,
        )
        self._remediates = False

    async def configure(self, pack: PolicyPackRequest, stack: Any) -> PolicyPackLoaded:
        """Hand over the stack and the pack's configuration; what was loaded."""
        with contextlib.suppress(grpc.aio.AioRpcError):  # packs may lack ConfigureStack
            await self._stub.ConfigureStack(stack)
        info = await self._stub.GetAnalyzerInfo(empty_pb2.Empty())
        # The library for Python says 0.0.1 of every pack: what the pack's file says counts.
        self._declared_version = pack.version
        self.name, self.version = info.name, pack.version or info.version
        levels = {policy.name: policy.enforcementLevel for policy in info.policies}
        request = policy_config(pack.config, levels, self.name)
        await self._stub.Configure(request)
        configured = {key: item.enforcementLevel for key, item in request.policyConfig.items()}
        self._remediates = analyzer_pb2.REMEDIATE in (levels | configured).values()
        return PolicyPackLoaded(name=self.name, version=self.version, path=str(pack.path))

    async def remediate(self, subject: Subject) -> tuple[Properties | None, list[PolicyViolation]]:
        """Inputs as the pack wants them, None where it changes nothing."""
        if not self._remediates:
            return None, []
        response = await self._call(self._stub.Remediate, _request(subject))
        properties, violations = None, []
        for item in response.remediations:
            if item.diagnostic:
                violations.append(self._violation(item, subject.state.urn, "advisory"))
            else:
                properties = from_struct(item.properties)
        return properties, violations

    async def analyze(self, subject: Subject) -> list[PolicyViolation]:
        """Violations of one resource."""
        response = await self._call(self._stub.Analyze, _request(subject))
        return [self._found(item, subject.state.urn) for item in response.diagnostics]

    async def analyze_stack(self, subjects: list[Subject], root_urn: str) -> list[PolicyViolation]:
        """Violations of the stack as a whole."""
        # Messages written one after the other are their merge, and a third of the memory:
        # https://protobuf.dev/programming-guides/encoding/#last-one-wins
        request = b"".join(_part_of_stack(subject).SerializeToString() for subject in subjects)
        response = await self._call(self._analyze_stack, request)
        return [self._found(item, root_urn) for item in response.diagnostics]

    async def close(self) -> None:
        """End the pack's process."""
        await self._channel.close()
        await children.stop(self._process)

    async def _call(self, method: Callable[[Any], Awaitable[Any]], request: Any) -> Any:
        try:
            return await method(request)
        except grpc.aio.AioRpcError as error:
            msg = f"policy pack {self.name!r} failed, so nothing was changed: {error.details()}"
            raise UserError(msg) from None

    def _found(self, item: Any, urn: str) -> PolicyViolation:
        violation = self._violation(item, item.urn or urn, LEVELS[item.enforcementLevel])
        violation.message = item.message
        violation.severity = SEVERITIES.get(item.severity, "")
        return violation

    def _violation(self, item: Any, urn: str, level: str) -> PolicyViolation:
        return PolicyViolation(
            policy_pack=item.policyPackName or self.name,
            policy_pack_version=self._declared_version or item.policyPackVersion or self.version,
            policy_name=item.policyName,
            enforcement_level=level,
            message=getattr(item, "diagnostic", ""),
            urn=urn,
            description=item.description,
        )


def policy_config(
    config: Mapping[str, object], levels: Mapping[str, int], pack: str
) -> analyzer_pb2.ConfigureAnalyzerRequest:
    """Configuration as the pack takes it: a level, or an object with one and the parameters.

    `all` sets every policy's level. Raises UserError for a policy or level that does not exist.
    """
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name in levels:
        item = request.policyConfig[name]
        chosen = config.get(name, config.get("all"))
        item.enforcementLevel = levels[name]  # type: ignore[assignment]
        if isinstance(chosen, str):
            item.enforcementLevel = _level(chosen, name, pack)  # type: ignore[assignment]
        elif isinstance(chosen, Mapping):
            parameters = dict(chosen)
            if "enforcementLevel" in parameters:
                level = _level(str(parameters.pop("enforcementLevel")), name, pack)
                item.enforcementLevel = level  # type: ignore[assignment]
            item.properties.CopyFrom(to_struct(parameters))
    unknown = sorted(set(config) - set(levels) - {"all"})
    if unknown:
        msg = (
            f"the policy configuration names {', '.join(unknown)}, which pack {pack!r} does not "
            f"have; it has: {', '.join(sorted(levels))}"
        )
        raise UserError(msg)
    return request


def _level(text: str, policy: str, pack: str) -> int:
    if text not in LEVEL_NUMBERS:
        msg = (
            f"enforcement level {text!r} of policy {policy!r} in pack {pack!r}: "
            f"allowed are {', '.join(LEVEL_NUMBERS)}"
        )
        raise UserError(msg)
    return LEVEL_NUMBERS[text]


def _request(subject: Subject) -> analyzer_pb2.AnalyzeRequest:
    request = analyzer_pb2.AnalyzeRequest()
    _fill(request, subject)
    return request


def _part_of_stack(subject: Subject) -> analyzer_pb2.AnalyzeStackRequest:
    """The request for a stack of this one resource."""
    request = analyzer_pb2.AnalyzeStackRequest()
    item = request.resources.add()
    _fill(item, subject)
    item.parent = subject.state.parent
    item.dependencies.extend(subject.state.dependencies)
    for key, urns in subject.state.property_dependencies.items():
        item.propertyDependencies[key].urns.extend(urns)
    return request


def _fill(item: Any, subject: Subject) -> None:
    state = subject.state
    item.type, item.urn, item.name = state.type, state.urn, name_of(state.urn)
    item.properties.CopyFrom(to_struct(subject.properties))
    options = item.options
    options.protect = state.protect
    options.ignoreChanges.extend(state.ignore_changes)
    options.deleteBeforeReplace = bool(subject.delete_before_replace)
    options.deleteBeforeReplaceDefined = subject.delete_before_replace is not None
    options.additionalSecretOutputs.extend(state.additional_secret_outputs)
    options.aliases.extend(state.aliases)
    options.parent = state.parent
    for operation, seconds in state.custom_timeouts.items():
        setattr(options.customTimeouts, operation, seconds)
    if subject.provider is not None:
        provider = item.provider
        provider.type, provider.urn = subject.provider.type, subject.provider.urn
        provider.name = name_of(subject.provider.urn)
        provider.properties.CopyFrom(to_struct(subject.provider.inputs))


async def gather_violations(
    calls: list[Awaitable[list[PolicyViolation]]],
) -> list[PolicyViolation]:
    """Violations of all packs, in the packs' order."""
    return [violation for found in await asyncio.gather(*calls) for violation in found]
