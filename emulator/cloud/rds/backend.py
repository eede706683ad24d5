"""Moto's RDS, with a real server behind every instance.

moto keeps the metadata and speaks the API; this subclass of its backend starts, changes and stops
the servers before a call answers, whichever client made it. It stands in for moto's own class in
`moto.rds.models.rds_backends`, which makes one backend per account and region. What a real server
cannot follow is refused by name.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import moto.rds.models
import moto.rds.urls
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, MasterUserSecret, RDSBackend

from emulator.cloud.postgres import managed
from emulator.cloud.rds.addresses import AddressTakenError
from emulator.cloud.rds.servers import DatabaseServers
from emulator.errors import UserError

ENGINE: Final = "postgres"
DATABASE_PORTS: Final = range(1150, 65536)
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""


class ServedRdsBackend(RDSBackend):
    """RDS of one account and region."""

    servers: ClassVar[DatabaseServers]

    @property
    def _url_module(self) -> Any:  # moto looks beside the class, which is not where this one is
        return moto.rds.urls

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> DBInstance:
        """Create an instance and start its server."""
        engine = db_kwargs.get("engine")
        if engine != ENGINE or db_kwargs.get("db_cluster_identifier"):
            _refuse(f"the engine {engine!r} is not emulated; the emulator has {ENGINE!r} instances")
        _check_port(db_kwargs.get("port"))
        version = self._version(db_kwargs.get("engine_version"))
        model = super().create_db_instance({**db_kwargs, "engine_version": version})
        model.dbi_resource_id = _resource_id()
        try:
            self.servers.create(model, _master_password(model))
        except BaseException as error:
            self._forget(model)
            raise _as_api_error(error, model) from error
        return model

    def create_auto_snapshot(self, db_instance_identifier: str, db_snapshot_identifier: str) -> Any:
        """Make the first backup; its name goes to the minute, and so do instances made here.

        An instance of that name that was deleted within the minute may have left its own behind.
        """
        self.database_snapshots.pop(db_snapshot_identifier, None)
        return super().create_auto_snapshot(db_instance_identifier, db_snapshot_identifier)

    def create_db_instance_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        """Create a read replica: a hot standby that follows the source's server."""
        identifier = db_kwargs["db_instance_identifier"]
        if identifier in self.databases:
            raise moto.rds.exceptions.DBInstanceAlreadyExists
        self._validate_db_identifier(identifier)
        _check_port(db_kwargs.get("port"))
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        if source.manage_master_user_password:
            _refuse(
                "a read replica cannot be made of an instance whose master password RDS manages in"
                " Secrets Manager"
            )
        if source.is_replica or not source.backup_retention_period:
            _refuse("the source of a read replica needs automated backups (retention above 0)")
        model = super().create_db_instance_read_replica(db_kwargs)
        model.dbi_resource_id = _resource_id()
        try:
            self.servers.create_replica(model, self.servers.get(source))
        except BaseException as error:
            self._forget(model)
            raise _as_api_error(error, model) from error
        return model

    def modify_db_instance(
        self, db_instance_identifier: str, db_kwargs: dict[str, Any]
    ) -> DBInstance:
        """Change an instance; the server follows at once."""
        if db_kwargs.get("engine_version"):
            db_kwargs = {**db_kwargs, "engine_version": self._version(db_kwargs["engine_version"])}
        port = db_kwargs.pop("db_port_number", None)
        _check_port(port)
        model = super().modify_db_instance(db_instance_identifier, db_kwargs)
        instance = self.servers.get(model)
        with instance.lock:
            password = db_kwargs.get("master_user_password")
            if db_kwargs.get("manage_master_user_password") or db_kwargs.get(
                "rotate_master_user_password"
            ):
                password = _master_password(model)
            if password:
                managed.set_password(instance.server, instance.master, password)
            if db_kwargs.get("db_parameter_group_name"):
                instance.apply_parameters(restart=False)
            if port and port != instance.port:
                try:
                    instance.open(port)
                except AddressTakenError as error:
                    raise _as_api_error(error, model) from error
                model.port = port
        return model

    def promote_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        """Make a replica an instance of its own."""
        replica = self.databases.get(db_kwargs["db_instance_identifier"])
        if replica is not None and replica.is_replica:
            self._promote(replica)
        return super().promote_read_replica(db_kwargs)

    def reboot_db_instance(self, db_instance_identifier: str) -> DBInstance:
        """Restart the server."""
        model = super().reboot_db_instance(db_instance_identifier)
        instance = self.servers.get(model)
        with instance.lock:
            instance.server.restart()
        return model

    def stop_db_instance(self, *args: Any, **kwargs: Any) -> DBInstance:
        """Stop the server, keep its data."""
        model = super().stop_db_instance(*args, **kwargs)
        instance = self.servers.get(model)
        with instance.lock:
            instance.server.stop()
        return model

    def start_db_instance(self, db_instance_identifier: str) -> DBInstance:
        """Start a stopped server."""
        model = super().start_db_instance(db_instance_identifier)
        instance = self.servers.get(model)
        with instance.lock:
            instance.server.start()
        return model

    def delete_db_instance(self, *args: Any, **kwargs: Any) -> DBInstance:
        """Delete an instance and its server; replicas that followed it stand alone then."""
        model = super().delete_db_instance(*args, **kwargs)
        for replica in list(self.databases.values()):
            if replica.source_db_instance_identifier == model.db_instance_identifier:
                self._promote(replica)
        self.servers.remove(model)
        return model

    def modify_db_parameter_group(
        self,
        db_parameter_group_name: str,
        db_parameter_group_parameters: Iterable[dict[str, Any]],
    ) -> Any:
        """Change a parameter group; servers that use it follow, static parameters at a reboot."""
        group = super().modify_db_parameter_group(
            db_parameter_group_name, db_parameter_group_parameters
        )
        for model in self.databases.values():
            if model.db_parameter_group_name == db_parameter_group_name:
                instance = self.servers.get(model)
                with instance.lock:
                    instance.apply_parameters(restart=False)
        return group

    def restore_db_instance_from_db_snapshot(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Refused: snapshots hold no data here."""
        return _refuse("restoring from a snapshot is not emulated: snapshots hold no data")

    def restore_db_instance_to_point_in_time(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Refused: backups hold no data here."""
        return _refuse("restoring to a point in time is not emulated: backups hold no data")

    def create_db_cluster(self, kwargs: dict[str, Any]) -> Any:
        """Refused: there is no Aurora here."""
        return _refuse(f"clusters ({kwargs.get('engine')!r}) are not emulated, only instances")

    def _version(self, asked: str | None) -> str:
        try:
            return self.servers.engine_version(asked)
        except (ValueError, UserError, RuntimeError) as error:
            raise RDSClientError("InvalidParameterCombination", str(error)) from error

    def _promote(self, replica: Any) -> None:
        instance = self.servers.get(replica)
        with instance.lock:
            managed.promote(instance.server)
        replica.is_replica = False
        replica.source_db_instance_identifier = None

    def _forget(self, model: Any) -> None:
        """Take back an instance whose server did not come up."""
        model.deletion_protection = False
        super().delete_db_instance(model.db_instance_identifier, skip_final_snapshot=True)


def install(servers: DatabaseServers) -> None:
    """Put the served backend in moto's place, before moto made the first backend of RDS."""
    ServedRdsBackend.servers = servers
    DBInstance.address = property(servers.address)  # type: ignore[method-assign, assignment]
    MasterUserSecret._generate_secret_string = _managed_secret  # type: ignore[method-assign, assignment]
    moto.rds.models.rds_backends.backend = ServedRdsBackend


def _refuse(message: str) -> Any:
    raise RDSClientError("InvalidParameterCombination", message)


def _as_api_error(error: BaseException, model: Any) -> BaseException:
    """What a client gets where a server did not come up."""
    if isinstance(error, AddressTakenError | RuntimeError | UserError):
        text = f"The server of {model.db_instance_identifier} did not come up: {error}"
        return RDSClientError("InsufficientDBInstanceCapacity", text)
    return error


def _check_port(port: int | None) -> None:
    if port is not None and port not in DATABASE_PORTS:
        _refuse(f"port {port} is outside of {DATABASE_PORTS[0]} to {DATABASE_PORTS[-1]}")


def _resource_id() -> str:
    """A resource id of its own; moto gives all instances the same one."""
    alphabet = string.ascii_uppercase + string.digits
    return "db-" + "".join(secrets.choice(alphabet) for _ in range(26))


def _managed_secret(secret: MasterUserSecret) -> str:
    """Content of the secret where RDS manages the password; moto's is the same for everybody."""
    user = secret.resource.master_username
    return json.dumps({"username": user, "password": secrets.token_urlsafe(24)})


def _master_password(model: Any) -> str:
    """The master's password; where RDS manages it, out of its secret."""
    if not model.manage_master_user_password:
        return str(model._master_user_password)
    secret_arn = model.master_user_secret.secret_arn
    value = model.backend.secretsmanager.get_secret_value(secret_arn, "", "")
    return str(json.loads(value["SecretString"])["password"])
