"""Functions that a program calls: a provider's, and the engine's own."""

from __future__ import annotations

from typing import Any, Final

from emulator.engine.context import Context, DeploymentError
from emulator.engine.registry import BUILTIN_PACKAGE
from emulator.engine.urn import package_of
from emulator.errors import UserError
from emulator.values import Properties, without_secrets

GET_RESOURCE: Final = "pulumi:pulumi:getResource"


async def invoke(
    context: Context, request: Any, arguments: Properties
) -> tuple[Properties, list[tuple[str, str]]]:
    """Result of a ResourceInvokeRequest, and what was wrong with its arguments."""
    if context.stopping.is_set():
        raise DeploymentError(request.tok)
    package = package_of(request.tok)
    if package == BUILTIN_PACKAGE:
        return _builtin(context, request.tok, arguments), []
    registry = context.registry
    reference = request.provider or await registry.default(package, request.version)
    client = await registry.ensure(reference, context.provider_states)
    if not client.known:
        return {}, []
    return await client.invoke(request.tok, arguments)


def _builtin(context: Context, token: str, arguments: Properties) -> Properties:
    if token != GET_RESOURCE:
        msg = f"the emulator has no built-in function {token}"
        raise UserError(msg)
    urn = str(without_secrets(arguments.get("urn")))
    state = context.ledger.current(urn)
    if state is None:
        msg = f"{urn} has not been registered by this program"
        raise UserError(msg)
    return {"urn": urn, "id": state.id, "state": state.outputs}
