"""KMS keys: what they encrypted is lost with them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.values import is_true, may_be_true, number, shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has, known

KEY = "aws:kms/key:Key"
EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
KEYS = (KEY, EXTERNAL_KEY, REPLICA_KEY, "aws:kms/replicaExternalKey:ReplicaExternalKey")
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
ROTATION_DAYS_MAX = 365
DESCRIPTION_LENGTH_MIN = 5
"""`key` and `kms` describe nothing; `Breaks` and `Exports` do."""


@for_resource(
    KEY,
    id="key-rotated",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="KMS rotates a symmetric key every year at least.",
    why="Material that leaked, or that encrypted too much, would stay in use for ever.",
    remedy="Set enable_key_rotation=True; components/encryption_key.py does.",
    frameworks=(
        "CKV_AWS_7",
        "cdk-nag KMS5",
        "AWSGuard cmk-backing-key-rotation-enabled",
        "pulumi aws-kms-key-enable-key-rotation",
    ),
)
def rotated(key: Resource, context: Context) -> Iterator[Finding]:
    """KMS rotates no other kind of key by itself."""
    spec = known(key.props, "customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if spec != "SYMMETRIC_DEFAULT":
        return
    if not is_true(key.props, "enableKeyRotation"):
        yield Finding(found=shown(key.props, "enableKeyRotation"), allowed="true")
    if (number(key.props, "rotationPeriodInDays") or 0) > ROTATION_DAYS_MAX:
        found = shown(key.props, "rotationPeriodInDays")
        yield Finding(found=found, allowed=f"{ROTATION_DAYS_MAX} days at most")


@for_resource(
    *KEYS,
    id="key-deletion-can-be-called-back",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A key that is to be deleted can be called back for long enough.",
    why="Once it is gone, so is everything that it encrypted, backups among it.",
    remedy="Remove deletion_window_in_days, which is 30 by default, or raise it.",
)
def deletion_window(key: Resource, context: Context) -> Iterator[Finding]:
    """30 days by default."""
    days = context.parameters["minimum_key_deletion_days"]
    if not has(key.props, "deletionWindowInDays"):
        return
    if (number(key.props, "deletionWindowInDays") or 0) < days:
        found = shown(key.props, "deletionWindowInDays")
        yield Finding(found=found, allowed=f"{days} days at least")


@for_resource(
    *KEYS,
    id="key-usable",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A key is enabled.",
    why="A server whose key is disabled stops, and RDS cannot start it again.",
    remedy="Remove is_enabled.",
    frameworks=("CKV_AWS_227",),
)
def usable(key: Resource, context: Context) -> Iterator[Finding]:
    """Enabled by default."""
    for flag in ("isEnabled", "enabled"):
        if has(key.props, flag) and not is_true(key.props, flag):
            yield Finding(found=shown(key.props, flag), allowed="true")


@for_resource(
    KEY,
    EXTERNAL_KEY,
    REPLICA_KEY,
    id="key-in-one-region",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A key stays in its region.",
    why="A copy elsewhere has a policy of its own, under which the same data can be decrypted.",
    remedy="Remove multi_region or the replica key.",
)
def in_one_region(key: Resource, context: Context) -> Iterator[Finding]:
    """A replica key is a copy whatever it says."""
    if key.type == REPLICA_KEY:
        yield Finding(found="a replica of a key", allowed="one key in one region")
    elif may_be_true(key.props, "multiRegion"):
        yield Finding(found=shown(key.props, "multiRegion"), allowed="false")


@for_resource(
    *KEYS,
    id="key-policy-cannot-lock-out",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="KMS refuses a key policy that nobody could change any more.",
    why="A key whose policy locks everybody out cannot be repaired, nor can what it encrypted.",
    remedy="Remove bypass_policy_lockout_safety_check.",
    frameworks=("pulumi aws-kms-key-disallow-bypass-policy-lockout-safety-check",),
)
def policy_cannot_lock_out(key: Resource, context: Context) -> Iterator[Finding]:
    """KMS checks by default."""
    if may_be_true(key.props, "bypassPolicyLockoutSafetyCheck"):
        found = shown(key.props, "bypassPolicyLockoutSafetyCheck")
        yield Finding(found=found, allowed="false")


@for_stack(
    id="key-policy-written",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A key's policy stands in the program.",
    why="Nobody reviews what KMS writes by itself, and it names no service that needs the key.",
    remedy="Pass policy=key_policy(names) as components/encryption_key.py does.",
    frameworks=("CKV2_AWS_64",),
)
def policy_written(stack: Stack, context: Context) -> Iterator[Finding]:
    """In the key, or as a resource of its own that names the key."""
    for key in stack.of_type(KEY, EXTERNAL_KEY):
        names = [text(key.props, name) for name in ("keyId", "arn", "id") if text(key.props, name)]
        apart = any(True for _ in stack.configuring(key, KEY_POLICY, "keyId", *names))
        if not has(key.props, "policy") and not apart:
            yield Finding(found="no policy", allowed="a policy document", urn=key.urn)


@for_resource(
    *KEYS,
    id="key-described",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A key's description says what it encrypts.",
    why="Who finds a key that costs money and has no name disables it, and learns only then.",
    remedy="Set description to what it encrypts.",
    frameworks=("pulumi aws-kms-key-missing-description",),
)
def described(key: Resource, context: Context) -> Iterator[Finding]:
    """A word at least: nobody knows how many a reader needs."""
    if len(text(key.props, "description").strip()) < DESCRIPTION_LENGTH_MIN:
        yield Finding(found=shown(key.props, "description"), allowed="what it encrypts")
