"""What the cloud process hands to a provider: whom to act as, where, and a place to keep things.

A provider is constructed with one `ProviderContext` per connection (`AwsProvider(context)`). RDS
instances need nothing special: a real server follows whatever `CreateDBInstance`,
`ModifyDBInstance` or `DeleteDBInstance` reaches the emulated API, before the call answers, and the
endpoint in the answer is the one where the server listens.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config


class Databases(Protocol):
    """What the cloud says about the database servers that it can run."""

    def engine_version(self, asked: str | None) -> str:
        """Concrete PostgreSQL version that a server gets which asks for `asked` ("18": "18.1").

        Raises ValueError with a text for people where no such server can be run.
        """
        ...


class Kept:
    """Resources that moto does not have: attributes by account, region, type and id.

    Lives as long as the cloud process, shared by all sessions, safe between threads. What goes in
    and comes out is copied at the top level only: treat the values as immutable.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._resources: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for a read and a write that belong together."""
        with self._lock:
            yield

    def get(self, account_id: str, region: str, type_: str, id_: str) -> dict[str, Any] | None:
        """Attributes of one resource, None where there is none."""
        with self._lock:
            attributes = self._resources.get((account_id, region, type_), {}).get(id_)
            return None if attributes is None else dict(attributes)

    def put(
        self, account_id: str, region: str, type_: str, id_: str, attributes: Mapping[str, Any]
    ) -> None:
        """Write one resource, in place of what stood under the id."""
        with self._lock:
            self._resources.setdefault((account_id, region, type_), {})[id_] = dict(attributes)

    def delete(self, account_id: str, region: str, type_: str, id_: str) -> bool:
        """Remove one resource; False where there was none."""
        with self._lock:
            found = self._resources.get((account_id, region, type_), {}).pop(id_, None)
            return found is not None

    def all(self, account_id: str, region: str, type_: str) -> dict[str, dict[str, Any]]:
        """Every resource of a type in an account and region, by id."""
        with self._lock:
            resources = self._resources.get((account_id, region, type_), {})
            return {id_: dict(attributes) for id_, attributes in resources.items()}


_DATA: Final = botocore.loaders.create_loader()
"""Finds a service's description once for all sessions: each of its own would look for it anew."""


def read_descriptions_once() -> None:
    """Have every session of this process read a service's description once.

    moto makes sessions of its own, and read EC2's description, megabytes, seven times. Not S3's:
    clients take the bucket out of the paths in theirs, by which others find operations.
    """
    load_file = botocore.loaders.JSONFileLoader.load_file
    loader = botocore.loaders.JSONFileLoader()
    read = functools.cache(lambda path: load_file(loader, path))

    def load(_: Any, path: str) -> Any:
        return load_file(loader, path) if f"{os.sep}s3{os.sep}" in path else read(path)

    setattr(botocore.loaders.JSONFileLoader, "load_file", load)  # noqa: B010


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Keys of the principal that a provider acts as; never printed."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ProviderContext:
    """Whom a provider acts as, and where."""

    account_id: str
    region: str
    credentials: Credentials
    endpoint_url: str
    """Where boto3 finds the emulated AWS."""
    ca_file: str
    """Certificate authority (PEM) of the database servers' certificates."""
    folder: Path
    """Where the program's relative paths begin."""
    kept: Kept
    databases: Databases
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _clients_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def boto3_session(self, region: str | None = None) -> boto3.Session:
        """Session that acts as the principal; give its clients `endpoint_url` yourself."""
        session = botocore.session.Session()
        session.register_component("data_loader", _DATA)
        return boto3.Session(
            botocore_session=session,
            aws_access_key_id=self.credentials.access_key_id,
            aws_secret_access_key=self.credentials.secret_access_key,
            aws_session_token=self.credentials.session_token,
            region_name=region or self.region,
        )

    def client(self, service: str, region: str | None = None) -> Any:
        """Client of a service (`"rds"`) that acts as the principal: kept, and used by all threads.

        It points at the emulated AWS and never retries: what the emulator refuses stays refused.
        """
        key = (service, region or self.region)
        with self._clients_lock:  # making clients is not safe between threads, using them is
            if key not in self._clients:
                self._clients[key] = self.boto3_session(region).client(
                    service,
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        retries={"total_max_attempts": 1},
                        max_pool_connections=32,
                        connect_timeout=5,
                        read_timeout=120,
                        s3={"addressing_style": "path"},
                    ),
                )
            return self._clients[key]
