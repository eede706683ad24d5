"""Cases of policies/rules/keys_kms.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

BARE = Fixture(type="aws:kms/key:Key")
EXTERNAL = Fixture(type="aws:kms/externalKey:ExternalKey")
REPLICA = Fixture(type="aws:kms/replicaKey:ReplicaKey")
ROTATED = Fixture(type="aws:kms/key:Key", props={"enableKeyRotation": True})
MADE = Fixture(type="aws:kms/key:Key", props={"keyId": "1", "arn": "arn:aws:kms:::key/1"})
POLICY = "aws:kms/keyPolicy:KeyPolicy"

CASES = (
    *states(
        "key-rotated",
        BARE,
        "enableKeyRotation",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "key-rotated",
        ROTATED,
        "rotationPeriodInDays",
        right=[90, 365],
        wrong=[366, 2560],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "key-rotated",
        BARE,
        "customerMasterKeySpec",
        right=["RSA_2048"],
        wrong=["SYMMETRIC_DEFAULT"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "key-deletion-can-be-called-back",
        BARE,
        "deletionWindowInDays",
        right=[14, 30],
        wrong=[7, 13],
        absent=Outcome.PASSES,
    ),
    violating(
        "key-deletion-can-be-called-back",
        Fixture(type="aws:kms/key:Key", props={"deletionWindowInDays": 14}),
        parameters={"minimum_key_deletion_days": 30},
        title="more days are asked for",
    ),
    *states(
        "key-usable",
        BARE,
        "isEnabled",
        right=[True],
        wrong=[False],
        absent=Outcome.PASSES,
    ),
    *states(
        "key-usable",
        EXTERNAL,
        "enabled",
        right=[True],
        wrong=[False],
        absent=Outcome.PASSES,
    ),
    *states(
        "key-in-one-region",
        BARE,
        "multiRegion",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    violating("key-in-one-region", REPLICA, title="a replica"),
    *states(
        "key-policy-cannot-lock-out",
        BARE,
        "bypassPolicyLockoutSafetyCheck",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    *states(
        "key-policy-written",
        BARE,
        "policy",
        right=["{}"],
        wrong=[],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *(
        passing(
            "key-policy-written",
            MADE,
            Fixture(type=POLICY, props={"keyId": name, "policy": "{}"}),
            title=f"apart, by {name}",
        )
        for name in ("1", "arn:aws:kms:::key/1")
    ),
    passing(
        "key-policy-written",
        MADE,
        Fixture(type=POLICY, props={"keyId": UNKNOWN}, sources={"keyId": ["aws:kms/key:Key::it"]}),
        title="apart, by output",
    ),
    violating(
        "key-policy-written",
        BARE,
        Fixture(type=POLICY, props={"keyId": "2", "policy": "{}"}),
        title="of another key",
    ),
    violating(
        "key-policy-written",
        BARE,
        Fixture(type=POLICY, props={"policy": "{}"}),
        title="of no key",
    ),
    *states(
        "key-described",
        BARE,
        "description",
        right=["Data of devstages-test", "Extra"],
        wrong=["", "key", "key      "],
        absent=Outcome.VIOLATES,
    ),
)
