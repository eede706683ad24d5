"""All trials, in an order and side by side as far as they do not disturb each other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from operations.prove import database_scene
from operations.prove.account_scene import AccountScene, Actor, scene_of, scene_to_ask_about
from operations.prove.accounts import Account
from operations.prove.api_trials import try_account
from operations.prove.asked_trials import PUBLIC, ask_database
from operations.prove.cells import Cell, Operation, Outcome, Owned, Trial
from operations.prove.database_scene import DatabaseScene, alone_on, outsider_on, scene_in
from operations.prove.database_trials import try_database
from operations.prove.expected import expect
from operations.prove.role_trials import Victims, compare_limit, try_roles, try_to_exhaust
from operations.prove.servers import Server, User, find_server
from operations.prove.sign_in_trials import try_sign_in, try_without_tls
from operations.prove.simulating import Policies
from operations.prove.ways import Clients, Credentials, nobody
from policies.stage_map import Stage, Stages

SIDE_BY_SIDE: Final = 4
ANONYMOUS: Final = Owned(kind="anonymous", stage=None, name="anonymous", place="anywhere")

Found = tuple[Owned, Owned, Trial]
Task = Callable[[], list[Found]]
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True)
class ServerScene:
    """A server, with what was made on it."""

    server: Server
    users: tuple[User, ...]
    databases: dict[str, DatabaseScene]


@dataclass(kw_only=True)
class Proof:
    """The trials of some stages' servers and accounts by everybody."""

    stages: Stages
    selected: tuple[Stage, ...]
    operators: dict[str, Clients]
    """Administrators of accounts, by account."""

    credentials: Credentials | None = None
    """Gives everybody's keys; without it nothing is made, and IAM's simulator is asked."""

    progress: Progress = field(default=lambda *_: None)

    def run(self) -> list[Cell]:
        """All cells, sorted. Raises NoWayError where the trials cannot be made."""
        self.progress("setting the scene", 0, 1)
        with contextlib.ExitStack() as stack:
            accounts = [
                stack.enter_context(self._account_scene(account)) for account in self._accounts()
            ]
            servers = [
                stack.enter_context(self._server_scene(host, accounts)) for host in self._hosts()
            ]
            found = self._try(accounts, servers)
        cells = [self._judge(*each) for each in found]
        return sorted(cells, key=_order)

    def _accounts(self) -> Iterator[Account]:
        """All accounts: also who is of an account that is not tried tries the others."""
        for id_, operator in sorted(self.operators.items()):
            here = tuple(s for s in self.stages.all.values() if s.account_id == id_)
            yield Account(
                id=id_,
                region=here[0].names.region,
                stages=self.stages,
                here=here,
                operator=operator,
            )

    def _account_scene(self, account: Account) -> AbstractContextManager[AccountScene]:
        if self.credentials is not None:
            return scene_of(account, self.credentials)
        policies = Policies(operators=self.operators)
        return contextlib.nullcontext(scene_to_ask_about(account, policies))

    def _hosts(self) -> list[Stage]:
        return [self.stages.all[name] for name in sorted({s.host for s in self.selected})]

    @contextlib.contextmanager
    def _server_scene(self, host: Stage, accounts: list[AccountScene]) -> Iterator[ServerScene]:
        (operator,) = (
            scene.account.operator for scene in accounts if scene.account.id == host.account_id
        )
        server = find_server(self.stages, host, operator)
        with contextlib.ExitStack() as stack:
            stack.enter_context(alone_on(server))
            databases: dict[str, DatabaseScene] = {}
            if self.credentials is not None:
                stack.enter_context(outsider_on(server))
            for stage in server.tenants:
                for database in stage.settings.tenant.databases:
                    scene = (
                        database_scene.scene_to_ask_about(server, stage, database)
                        if self.credentials is None
                        else stack.enter_context(scene_in(server, stage, database))
                    )
                    databases[scene.database] = scene
            yield ServerScene(server=server, users=tuple(server.users()), databases=databases)

    def _try(self, accounts: list[AccountScene], servers: list[ServerScene]) -> list[Found]:
        actors = [actor for scene in accounts for actor in scene.actors]
        region = accounts[0].account.region
        anonymous = Actor(principal=ANONYMOUS, clients=nobody(region))
        tried = [a for a in accounts if a.account.id in {s.account_id for s in self.selected}]
        first: list[Task] = [
            *(_in_databases(scene, user) for scene in servers for user in scene.users),
            *(_in_account(actor, scene) for actor in actors for scene in tried),
            *(_at_door(actor, scene) for actor in (*actors, anonymous) for scene in servers),
        ]
        if self.credentials is None:
            first += [_asked(scene) for scene in servers]
        else:
            first += [_in_account(anonymous, scene) for scene in tried]
        found = self._side_by_side("trying every door", first)
        homes = _homes(found)
        second = [_against_roles(scene, homes.get(scene.server.host, {})) for scene in servers]
        found += self._side_by_side("trying roles on each other", second)
        third = [
            task
            for scene in servers
            for task in self._by_load(scene, homes.get(scene.server.host, {}))
        ]
        return found + self._side_by_side("using up connections", third)

    def _by_load(self, scene: ServerScene, homes: dict[str, str]) -> Iterator[Task]:
        """Connections are used up where a stage is disposable; elsewhere their limit is looked at.

        In a disposable stage one role after the other: together they would fill the database.
        """
        host = self.stages.all[scene.server.host].settings.host
        assert host is not None  # noqa: S101 - the server is a host's
        tried = []
        for stage in scene.server.tenants:
            limits = host.tenants[stage.name]
            allowed = {
                stage.names.admin: limits.admin_connections,
                stage.names.app: limits.app_connections,
                stage.names.readonly: limits.readonly_connections,
            }
            for user in scene.users:
                if user.name in allowed:
                    may_load = not stage.is_lasting and user.name in homes
                    home = homes[user.name] if may_load else None
                    tried.append((user, allowed[user.name], home))

        def task() -> list[Found]:
            return [
                (
                    user.owned,
                    scene.server.itself,
                    try_to_exhaust(scene.server, user.name, home, limit)
                    if home
                    else compare_limit(user.connection_limit, limit),
                )
                for user, limit, home in tried
            ]

        yield task

    def _side_by_side(self, what: str, tasks: list[Task]) -> list[Found]:
        found: list[Found] = []
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            futures: list[Future[list[Found]]] = [pool.submit(task) for task in tasks]
            try:
                for done, future in enumerate(as_completed(futures)):
                    self.progress(what, done, len(futures))
                    found += future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return found

    def _judge(self, principal: Owned, target: Owned, trial: Trial) -> Cell:
        return Cell(
            principal=principal,
            target=target,
            operation=trial.operation,
            expectation=expect(self.stages, principal, target, trial.operation),
            outcome=trial.outcome,
            detail=trial.detail,
        )


def _in_databases(scene: ServerScene, user: User) -> Task:
    def task() -> list[Found]:
        return [
            (user.owned, target, trial)
            for name, target in scene.server.databases.items()
            for trial in try_database(scene.server, user.name, name, scene.databases.get(name))
        ]

    return task


def _asked(scene: ServerScene) -> Task:
    by_name = {user.name: user.owned for user in scene.users}
    everybody = Owned(kind="outsider", stage=None, name="PUBLIC", place=scene.server.host)

    def task() -> list[Found]:
        targets = scene.server.databases
        return [
            (by_name.get(role, everybody), targets[database.database], trial)
            for database in scene.databases.values()
            for role, trial in ask_database(scene.server, database, [*by_name, PUBLIC])
        ]

    return task


def _in_account(actor: Actor, scene: AccountScene) -> Task:
    def task() -> list[Found]:
        if actor.is_operator and actor.principal.place == scene.account.id:
            return []
        return [(actor.principal, target, trial) for target, trial in try_account(actor, scene)]

    return task


def _at_door(actor: Actor, scene: ServerScene) -> Task:
    server = scene.server

    def task() -> list[Found]:
        if actor.is_operator and actor.principal.place == server.names.account_id:
            return []
        return [
            (actor.principal, user.owned, try_sign_in(server, actor, user.name))
            for user in scene.users
        ]

    return task


def _against_roles(scene: ServerScene, homes: dict[str, str]) -> Task:
    server, by_name = scene.server, {user.name: user.owned for user in scene.users}

    def of_user(user: User, victims: Victims) -> Iterator[Found]:
        home = homes.get(user.name)
        # What nobody owns has nothing behind it: what opens to it is tried as itself.
        others = [name for name, owned in by_name.items() if owned.stage is not None]
        for other, trial in try_roles(server, user.name, home, others, victims):
            yield user.owned, by_name.get(other, server.itself), trial
        yield user.owned, server.itself, try_without_tls(server, user.name)
        by_password = Trial(
            operation=Operation.BY_PASSWORD,
            outcome=Outcome.SHUT if user.only_by_token else Outcome.OPEN,
            detail="" if user.only_by_token else "it is no member of rds_iam",
        )
        yield user.owned, server.itself, by_password

    def task() -> list[Found]:
        with contextlib.closing(Victims(server, homes)) as victims:
            return [found for user in scene.users for found in of_user(user, victims)]

    return task


def _homes(found: Iterable[Found]) -> dict[str, dict[str, str]]:
    """By server and user, a database that the user may connect to, its own rather than others."""
    homes: dict[str, dict[str, str]] = {}
    opened = [
        (principal, target)
        for principal, target, trial in found
        if (trial.operation, trial.outcome) == (Operation.CONNECT, Outcome.OPEN)
    ]
    for principal, target in sorted(
        opened, key=lambda pair: (pair[0].stage == pair[1].stage, pair[1].kind == "database")
    ):
        homes.setdefault(principal.place, {})[principal.name] = target.name
    return homes


def _order(cell: Cell) -> tuple[str, ...]:
    principal, target = cell.principal, cell.target
    return (
        principal.place,
        principal.stage or "~",
        principal.name,
        target.place,
        target.stage or "~",
        target.name,
        cell.operation.value,
    )
