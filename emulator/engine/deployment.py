"""Runs one deployment from beginning to end: the engine's only entry."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2, engine_pb2_grpc, resource_pb2_grpc

from emulator.engine import children
from emulator.engine.analyzers import Analyzer, gather_violations
from emulator.engine.context import Context, DeploymentError
from emulator.engine.deletion import delete_leftovers, delete_states
from emulator.engine.events import Severity
from emulator.engine.ledger import Ledger
from emulator.engine.monitor import EngineService, ResourceMonitor
from emulator.engine.program import child_environment, run_program
from emulator.engine.provider_answers import OperationFailedError
from emulator.engine.refreshing import refresh
from emulator.engine.registration import Registrar
from emulator.engine.registry import DYNAMIC_PACKAGE, ProviderRegistry
from emulator.engine.request import (
    DeploymentKind,
    DeploymentRequest,
    DeploymentResult,
    PolicyPackRequest,
)
from emulator.engine.secrecy import Masker
from emulator.engine.settling import settle
from emulator.engine.targets import UrnSet, missing
from emulator.engine.urn import package_of
from emulator.errors import UserError
from emulator.grpc_options import CHANNEL_OPTIONS
from emulator.values import Secret


def run(request: DeploymentRequest) -> DeploymentResult:
    """Run a deployment; what went wrong on the way was emitted as diagnostics.

    The first interrupt lets what is under way finish and begins nothing new, the second stops at
    once (operations under way stay pending in the checkpoint).
    """
    return asyncio.run(_Deployment(request).run())


@dataclass(slots=True)
class _Deployment:
    request: DeploymentRequest
    context: Context = field(init=False)
    children: list[Process] = field(default_factory=list)
    address: str = ""
    interrupts: int = 0
    _dynamic: asyncio.Task[str] | None = None

    def __post_init__(self) -> None:
        request = self.request
        preview = request.kind is DeploymentKind.PREVIEW or request.preview_only
        self.context = Context(
            request=request,
            preview=preview,
            ledger=Ledger(request.base, request.journal, preview=preview),
            masker=Masker(),
            slots=asyncio.Semaphore(request.parallel),
        )
        for state in request.base.resources:
            self.context.masker.learn(state.inputs)
            self.context.masker.learn(state.outputs)

    async def run(self) -> DeploymentResult:
        context = self.context
        main = asyncio.current_task()
        assert main is not None  # noqa: S101 - asyncio.run makes one
        with self._interruptible(main):
            try:
                async with self._serving() as (monitor, service):
                    await self._deploy(monitor, service)
            except (DeploymentError, asyncio.CancelledError) as error:
                context.failed = True
                if isinstance(error, asyncio.CancelledError) and self.interrupts == 0:
                    raise
            except (UserError, OperationFailedError) as error:
                context.error(str(error))
        return DeploymentResult(
            succeeded=not context.failed and self.interrupts == 0,
            changes=dict(context.changes),
            snapshot=context.ledger.snapshot(),
            interrupted=self.interrupts > 0,
        )

    async def _deploy(self, monitor: ResourceMonitor, service: EngineService) -> None:
        request, context = self.request, self.context
        if request.base.pending_operations and not context.preview:
            await settle(context, request.base.pending_operations)
        elif request.base.pending_operations:
            for operation in request.base.pending_operations:
                message = f"{operation.kind.value} {operation.resource.urn} was cut off"
                context.say(Severity.WARNING, f"{message}; the next update settles it")
        targets = context.targets
        self._refuse_unknown(targets.replaces)
        if request.refresh or request.kind is DeploymentKind.REFRESH:
            self._refuse_unknown(targets.targets)
            self._refuse_unknown(targets.excludes)
            await refresh(context)
        if request.kind is DeploymentKind.DESTROY:
            unknown = self._unknown(targets.targets)
            await delete_states(context, dict(context.ledger.base))
            self._report(unknown)
        elif request.kind is not DeploymentKind.REFRESH:
            await self._bring_about(monitor, service)

    def _unknown(self, urns: UrnSet) -> list[str]:
        """What is wrong with URNs that were named; those that the program registers are known."""
        known = {state.urn for state in self.request.base.resources} | self.context.seen
        return missing(urns, known)

    def _refuse_unknown(self, urns: UrnSet) -> None:
        if unknown := self._unknown(urns):
            self._report(unknown)
            raise DeploymentError(unknown)

    def _report(self, messages: list[str]) -> None:
        for message in messages:
            self.context.error(message)

    async def _bring_about(self, monitor: ResourceMonitor, service: EngineService) -> None:
        context = self.context
        context.analyzers = await self._start_analyzers()
        if any(package_of(state.type) == DYNAMIC_PACKAGE for state in self.request.base.resources):
            self._begin_dynamic()  # what stands is compared or deleted: start beside the program
        process = await run_program(context, monitor, service, self.address, self.children)
        if context.stopping.is_set() or (context.failed and not context.preview):
            raise DeploymentError(self.request.stack)
        # As with the CLI a preview goes on after what a policy or a protection refuses, and tells
        # all of it at once; the policies see the stack when everything is done.
        unknown = self._unknown(context.targets.targets)
        await delete_leftovers(context)
        self._report(unknown)
        await self._analyze_stack(service.root_urn)
        monitor.released.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), children.STOP_SECONDS)

    async def _analyze_stack(self, root_urn: str) -> None:
        context = self.context
        if not context.analyzers:
            return
        subjects = [context.subject(state, outputs=True) for state in context.ledger.fresh.values()]
        calls = [analyzer.analyze_stack(subjects, root_urn) for analyzer in context.analyzers]
        context.report(await gather_violations([*calls]))

    async def _start_analyzers(self) -> list[Analyzer]:
        packs = self.request.policy_packs
        return list(await asyncio.gather(*(self._start_analyzer(pack) for pack in packs)))

    async def _start_analyzer(self, pack: PolicyPackRequest) -> Analyzer:
        request, context = self.request, self.context
        environment = child_environment(request, preview=context.preview)
        process = await children.launch(
            request.python, ["policy", self.address, str(pack.path)], pack.path, environment
        )
        self.children.append(process)
        what = f"policy pack {pack.path}"
        port = await children.read_port(process, what, self._tell)
        analyzer = Analyzer(process, port, pack.path.name)
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=request.stack,
            project=request.project,
            organization=request.organization,
            dry_run=context.preview,
            config=dict(request.config),
            config_secret_keys=sorted(request.config_secret_keys),
        )
        context.emit(await analyzer.configure(pack, stack))
        return analyzer

    async def _start_dynamic(self) -> str:
        """Address of the project's dynamic providers, one process for all of them."""
        return await self._begin_dynamic()

    def _begin_dynamic(self) -> asyncio.Task[str]:
        if self._dynamic is None:
            self._dynamic = asyncio.create_task(self._launch_dynamic())
            # Where nobody asks for it after all, nobody hears that it did not start.
            self._dynamic.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._dynamic

    async def _launch_dynamic(self) -> str:
        environment = child_environment(self.request, preview=self.context.preview)
        process = await children.launch(
            self.request.python,
            ["dynamic", self.address],
            self.request.project_folder,
            environment,
        )
        self.children.append(process)
        port = await children.read_port(process, "the dynamic provider", self._tell)
        return f"127.0.0.1:{port}"

    def _tell(self, line: str) -> None:
        self.context.say(Severity.INFO, line)

    @contextlib.asynccontextmanager
    async def _serving(self) -> AsyncIterator[tuple[ResourceMonitor, EngineService]]:
        """Serve the program; afterwards no child and no connection is left."""
        context, request = self.context, self.request
        registrar = Registrar(context)
        ports = request.session.provider_ports
        values: dict[str, Any] = {
            key: Secret(value) if key in request.config_secret_keys else value
            for key, value in request.config.items()
        }
        for value in values.values():
            context.masker.learn(value)
        context.registry = ProviderRegistry(
            {package: f"127.0.0.1:{port}" for package, port in ports.items()},
            self._start_dynamic,
            registrar.register,
            {"project": request.project, "values": values},
            preview=context.preview,
        )
        monitor, service = ResourceMonitor(context, registrar), EngineService(context)
        server: Any = grpc.aio.server(options=CHANNEL_OPTIONS)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
        engine_pb2_grpc.add_EngineServicer_to_server(service, server)
        self.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            yield monitor, service
        finally:
            await self._drain()
            await asyncio.gather(*(children.stop(child) for child in self.children))
            await context.registry.close()
            await monitor.transforms.close()
            await server.stop(0)

    async def _drain(self) -> None:
        """Let what is under way finish; the second interrupt waits for nothing."""
        self.context.stop()
        if self.interrupts < 2 and self.context.under_way:
            await asyncio.wait(set(self.context.under_way))

    @contextlib.contextmanager
    def _interruptible(self, main: asyncio.Task[Any]) -> Any:
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            self.interrupts += 1
            if self.interrupts == 1:
                message = "interrupted: finishing what is under way; interrupt again to stop now"
                self.context.say(Severity.WARNING, message)
                self.context.stop()
            else:
                self.context.say(Severity.ERROR, "stopped: what was under way stays pending")
                main.cancel()

        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, interrupt)
        try:
            yield
        finally:
            for number in numbers:
                with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                    loop.remove_signal_handler(number)
