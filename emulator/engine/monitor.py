"""The two services that a program talks to: ResourceMonitor and Engine.

https://github.com/pulumi/pulumi/blob/master/sdk/proto/go/resource.proto and engine.proto
"""

from __future__ import annotations

import asyncio
import copy
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

from emulator.engine.assets import with_hashes
from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import Diagnostic, Severity
from emulator.engine.goal import decode_goal
from emulator.engine.invoking import invoke
from emulator.engine.provider_answers import OperationFailedError
from emulator.engine.reading import read_resource
from emulator.engine.registration import Registrar
from emulator.engine.resource_state import ResourceState
from emulator.engine.transforms import Transforms
from emulator.errors import UserError
from emulator.values import Properties, from_struct, has_unknown, to_struct

SUPPORTED_FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
)
"""What is missing here (hooks, parameterization, state migrations) the SDK refuses by name."""
LEGACY_FEATURES: Final = frozenset(
    {
        "secrets",
        "resourceReferences",
        "outputValues",
        "aliasSpecs",
        "deletedWith",
        "replaceWith",
        "replacementTrigger",
        "transforms",
        "invokeTransforms",
    }
)
SHUTDOWN_NOTICE: Final = "Resource monitor has terminated"
"""What the SDK logs when a registration is refused because the deployment is ending."""
SEVERITIES: Final = {
    engine_pb2.DEBUG: Severity.DEBUG,
    engine_pb2.INFO: Severity.INFO,
    engine_pb2.WARNING: Severity.WARNING,
    engine_pb2.ERROR: Severity.ERROR,
}


class ResourceMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Takes what a program registers, reads and invokes."""

    def __init__(self, context: Context, registrar: Registrar) -> None:
        self._context = context
        self._registrar = registrar
        self.transforms = Transforms(self._parent_of)
        self.signalled = asyncio.Event()
        """The program has registered everything."""
        self.released = asyncio.Event()
        """The program may end: nothing will be asked of it any more."""

    async def GetDeploymentInfo(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Tell the program what it runs for and what this monitor understands."""
        wanted = self._context.request
        return resource_pb2.DeploymentInfo(
            project=wanted.project,
            stack=wanted.stack,
            organization=wanted.organization,
            config=dict(wanted.config),
            configSecretKeys=sorted(wanted.config_secret_keys),
            dryRun=self._context.preview,
            parallel=wanted.parallel,
            supportedFeatures=SUPPORTED_FEATURES,
        )

    async def SupportsFeature(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Answer older SDKs, which ask feature by feature."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in LEGACY_FEATURES)

    async def RegisterResource(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Bring a resource about."""
        state = await self._answer(rpc, self._register(request))
        return resource_pb2.RegisterResourceResponse(
            urn=state.urn,
            id=state.id,
            unknown=state.urn in self._context.targets.skipped,
            object=to_struct(state.outputs, keep_secrets=request.acceptSecrets),
        )

    async def _register(self, request: Any) -> ResourceState:
        folder = self._context.request.project_folder
        goal = decode_goal(await self.transforms.apply(request), folder)
        goal.properties = with_hashes(goal.properties, folder)
        state = await self._registrar.register(goal)
        self.transforms.keep(state.urn, request)
        return state

    async def ReadResource(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Read a resource that the program does not own."""
        state = await self._answer(rpc, read_resource(self._context, request))
        return resource_pb2.ReadResourceResponse(
            urn=state.urn,
            properties=to_struct(state.outputs, keep_secrets=request.acceptSecrets),
        )

    async def RegisterResourceOutputs(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Take a component's outputs."""
        context = self._context
        if request.urn in context.targets.skipped:
            return empty_pb2.Empty()
        key = context.ledger.registered.get(request.urn)
        if key is None:
            await rpc.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"outputs for {request.urn}, which has not been registered",
            )
            raise AssertionError
        await self._answer(rpc, self._keep_outputs(key, from_struct(request.outputs)))
        return empty_pb2.Empty()

    async def _keep_outputs(self, key: int, outputs: Properties) -> None:
        context = self._context
        context.masker.learn(outputs)
        state = copy.copy(context.ledger.fresh[key])
        if outputs != state.outputs:
            state.outputs = outputs
            context.ledger.end(None, change=[(key, state)])

    async def Invoke(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Run a provider's function."""
        request = await self._answer(rpc, self.transforms.apply_to_invoke(request))
        arguments = from_struct(request.args)
        if has_unknown(arguments):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        result, failures = await self._answer(rpc, invoke(self._context, request, arguments))
        response = resource_pb2.ResourceInvokeResponse(
            failures=[
                provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures
            ]
        )
        getattr(response, "return").CopyFrom(to_struct(result))  # `return` is a Python keyword
        return response

    async def RegisterStackTransform(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Take a transform of every resource that is registered from now on."""
        self.transforms.of_stack.append(request)
        return empty_pb2.Empty()

    async def RegisterStackInvokeTransform(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Take a transform of every function that is called from now on."""
        self.transforms.of_invokes.append(request)
        return empty_pb2.Empty()

    async def SignalAndWaitForShutdown(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Note that the program has registered everything; it may end once nothing needs it."""
        self.signalled.set()
        await self.released.wait()
        return empty_pb2.Empty()

    def _parent_of(self, urn: str) -> str:
        state = self._context.ledger.current(urn)
        return state.parent if state is not None else ""

    async def _answer(self, rpc: Any, work: Any) -> Any:
        """Result of some work; what went wrong becomes the status that an SDK understands."""
        context = self._context
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        context.under_way.add(task)
        task.add_done_callback(self._ended)
        try:
            # Shielded: a program that goes away must not cut an operation in the middle.
            return await asyncio.shield(task)
        except DeploymentError:
            await rpc.abort(grpc.StatusCode.UNAVAILABLE, "the deployment is shutting down")
        except (UserError, ValueError) as error:
            context.error(str(error))
            context.stop()
            await rpc.abort(grpc.StatusCode.UNAVAILABLE, "the deployment is shutting down")
        except OperationFailedError as error:
            await rpc.abort(grpc.StatusCode.UNKNOWN, context.masker.mask(str(error)))
        raise AssertionError

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._context.under_way.discard(task)
        if not task.cancelled():
            task.exception()  # reported already: a program that has gone cannot be told


class EngineService(engine_pb2_grpc.EngineServicer):
    """Takes log lines and the root resource."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._root_urn = ""
        self.said_error = False
        """The program has logged an error; only its exit code says whether it failed."""

    @property
    def root_urn(self) -> str:
        """URN of the stack resource, empty until it is registered."""
        return self._root_urn

    async def Log(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Take a log line."""
        context = self._context
        severity = SEVERITIES[request.severity]
        if context.stopping.is_set() and request.message.startswith(SHUTDOWN_NOTICE):
            return empty_pb2.Empty()  # the reason was reported where it arose
        self.said_error = self.said_error or severity is Severity.ERROR
        context.emit(
            Diagnostic(
                severity=severity,
                message=context.masker.mask(request.message),
                urn=request.urn or self._root_urn,
                ephemeral=request.ephemeral,
            )
        )
        return empty_pb2.Empty()

    async def GetRootResource(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """URN of the stack resource."""
        return engine_pb2.GetRootResourceResponse(urn=self._root_urn)

    async def SetRootResource(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Take the URN of the stack resource."""
        self._root_urn = request.urn
        return engine_pb2.SetRootResourceResponse()

    async def RequirePulumiVersion(self, request: Any, rpc: Any) -> Any:  # noqa: N802
        """Accept every range: the emulator follows the CLI that its SDK belongs to."""
        return engine_pb2.RequirePulumiVersionResponse()
