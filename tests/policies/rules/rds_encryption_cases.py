"""Cases of policies/rules/rds_encryption.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

INSTANCE = "aws:rds/instance:Instance"

CASES = (
    passing("server-storage-encrypted", Fixture(type=INSTANCE, props={"storageEncrypted": True})),
    passing(
        "server-storage-encrypted",
        Fixture(type=INSTANCE, props={"replicateSourceDb": "server"}),
        title="a replica",
    ),
    passing(
        "server-storage-encrypted",
        Fixture(type=INSTANCE, props={"replicateSourceDb": UNKNOWN}),
        title="a replica of a server that is still to be made",
    ),
    violating(
        "server-storage-encrypted", Fixture(type=INSTANCE, props={"storageEncrypted": False})
    ),
    violating("server-storage-encrypted", Fixture(type=INSTANCE), title="absent"),
    undecided(
        "server-storage-encrypted", Fixture(type=INSTANCE, props={"storageEncrypted": UNKNOWN})
    ),
)
