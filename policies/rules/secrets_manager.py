"""Secrets in Secrets Manager."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.leaves import leaves
from policies.facts.secret_text import ASSIGNED, secrets_in
from policies.facts.stateful import SECRET, keeps_data
from policies.facts.values import is_true, items, names_own_key, number, shown, text
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has, known

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
PARAMETER = "aws:ssm/parameter:Parameter"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
ROTATION_DAYS_MAX = 90
RECOVERY_DAYS_MIN = 7
SECRET_LENGTH_MIN = 16
PROSE = re.compile(r"^(comment|description|tags|tagsAll|defaultTags)\b|Description$")
"""Where people write of passwords and do not mean one."""


@for_resource(
    SECRET,
    id="secret-own-key",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A secret is encrypted with a key of the host's own.",
    why="Under AWS's own key the secret's policy alone decides who reads it.",
    remedy="Set kms_key_id to a key of the stage.",
    frameworks=("CKV_AWS_149", "pulumi aws-secretsmanager-secret-configure-customer-managed-key"),
)
def own_key(secret: Resource, context: Context) -> Iterator[Finding]:
    """Absent is AWS's own, in each region that holds a copy."""
    for place in (secret.props, *items(secret.props, "replicas")):
        if not names_own_key(place, "kmsKeyId"):
            yield Finding(found=shown(place, "kmsKeyId"), allowed="a key of the stage")


@for_stack(
    id="secret-rotated",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A secret is rotated by itself, within 90 days.",
    why="What leaked works until somebody thinks of changing it.",
    remedy="Add a SecretRotation with rotation_rules; exempt a token that only people can renew.",
    frameworks=(
        "CKV2_AWS_57",
        "CKV_AWS_304",
        "FSBP SecretsManager.1",
        "FSBP SecretsManager.4",
        "cdk-nag SMG4",
    ),
)
def rotated(stack: Stack, context: Context) -> Iterator[Finding]:
    """A rotation is a resource of its own, joined by output, ARN or name."""
    for secret in stack.of_type(SECRET):
        names = [text(secret.props, key) for key in ("id", "arn", "name")]
        named = [name for name in names if name]
        rotations = list(stack.configuring(secret, ROTATION, "secretId", *named))
        if not any(_is_often_enough(rotation) for rotation in rotations):
            yield Finding(
                found=f"{len(rotations)} rotations, none of them often enough",
                allowed=f"every {ROTATION_DAYS_MAX} days at least",
                urn=secret.urn,
            )


def _is_often_enough(rotation: Resource) -> bool:
    rules = known(rotation.props, "rotationRules") or {}
    days = number(rules, "automaticallyAfterDays")
    rate = re.fullmatch(r"rate\((\d+) (hour|day)s?\)", text(rules, "scheduleExpression"))
    if rate:
        days = int(rate[1]) / (24 if rate[2] == "hour" else 1)
    return days is not None and days <= ROTATION_DAYS_MAX


@for_resource(
    SECRET,
    id="secret-recoverable",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A secret that was deleted can be called back for a week at least.",
    why="Nobody knows a random value again.",
    remedy="Remove recovery_window_in_days, which is 30 by default.",
)
def recoverable(secret: Resource, context: Context) -> Iterator[Finding]:
    """0 deletes at once."""
    key = "recoveryWindowInDays"
    if not keeps_data(context) or not has(secret.props, key):
        return
    if (number(secret.props, key) or 0) < RECOVERY_DAYS_MIN:
        found = shown(secret.props, key)
        yield Finding(found=found, allowed=f"{RECOVERY_DAYS_MIN} days at least")


@for_resource(
    SECRET,
    id="secret-described",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A secret's description says what it opens.",
    why="Nobody dares to rotate or to delete a secret that nobody can name.",
    remedy="Set description to what it opens and who renews it.",
    frameworks=("pulumi aws-secretsmanager-secret-missing-description",),
)
def described(secret: Resource, context: Context) -> Iterator[Finding]:
    """A few words at least."""
    if len(text(secret.props, "description")) < len("Opens it"):
        yield Finding(found=shown(secret.props, "description"), allowed="what it opens")


@for_resource(
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    id="secret-policy-checked",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="Secrets Manager refuses a secret's policy that lets everybody in.",
    why="It looks at what a policy amounts to, which no reader of its text sees for certain.",
    remedy="Set block_public_policy=True.",
)
def policy_checked(policy: Resource, context: Context) -> Iterator[Finding]:
    """Off by default."""
    if not is_true(policy.props, "blockPublicPolicy"):
        yield Finding(found=shown(policy.props, "blockPublicPolicy"), allowed="true")


@for_resource(
    VERSION,
    PARAMETER,
    id="secret-value-not-in-state",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A secret's value does not pass through the program.",
    why="It would lie in the state, in every backup of the state, and perhaps in the repository.",
    remedy="Put the value in by hand or by a rotation, or write it only, as _wo.",
)
def value_not_in_state(version: Resource, context: Context) -> Iterator[Finding]:
    """The value itself is never shown. A parameter is secret where it is a SecureString."""
    if version.type == PARAMETER and text(version.props, "type") != "SecureString":
        return
    for key in ("secretString", "secretBinary", "value"):
        if has(version.props, key):
            yield Finding(found=f"{key} is set", allowed=f"{key}Wo, or no value in the program")


@for_resource(
    ANY_TYPE,
    id="secret-in-plain-sight",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No property holds what looks like a secret.",
    why="It would lie in the repository, in the state, and where everybody who may list the "
    "resource reads it.",
    remedy="Put it into Secrets Manager, name it by ARN, and renew it: it has been seen.",
)
def in_plain_sight(resource: Resource, context: Context) -> Iterator[Finding]:
    """The text itself is never shown. Users' data and variables have rules that look closer."""
    for leaf in leaves(resource.props):
        if leaf.path.startswith("__") or len(leaf.text) < SECRET_LENGTH_MIN:
            continue  # the code of a dynamic resource, or too short to be worth the time
        for kind in secrets_in(leaf.text):
            if kind != ASSIGNED or not PROSE.search(leaf.path):
                yield Finding(found=f"{kind} in {leaf.path}", allowed="no secret")
