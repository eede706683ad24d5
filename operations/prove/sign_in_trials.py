"""Trials of signing in as each database user, by tokens that each principal signs itself."""

from __future__ import annotations

from typing import Final

from operations.prove.account_scene import Actor
from operations.prove.cells import Operation, Outcome, Trial
from operations.prove.servers import Refused, Server

GUESS: Final = "prove-no-password"
PAST_THE_DOOR: Final = "permission denied for database"
"""Said to who has signed in: which databases the user may connect to is another trial's."""


def try_sign_in(server: Server, actor: Actor, user: str) -> Trial:
    """Sign in as a user; who has no keys guesses a password."""
    if actor.simulator is not None:
        user_arn = server.names.arn("rds-db", f"dbuser:{server.resource_id}/{user}")
        return actor.simulator.ask(Operation.SIGN_IN, (("rds-db:connect", user_arn),), {})
    password = GUESS if actor.clients.keys is None else server.token(actor.clients, user)
    return _try(server, user, Operation.SIGN_IN, password, "verify-full")


def try_without_tls(server: Server, user: str) -> Trial:
    """Sign in with a good token, and without encryption."""
    password = server.token(server.operator, user)
    return _try(server, user, Operation.WITHOUT_TLS, password, "disable")


def _try(server: Server, user: str, operation: Operation, password: str, mode: str) -> Trial:
    try:
        server.connect(user, "postgres", password, tls=mode).close()
    except Refused as refused:
        past = PAST_THE_DOOR in refused.text or refused.is_full
        outcome = Outcome.OPEN if past else refused.outcome
        return Trial(operation=operation, outcome=outcome, detail=refused.text)
    return Trial(operation=operation, outcome=Outcome.OPEN)
