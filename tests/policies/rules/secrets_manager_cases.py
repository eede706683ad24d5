"""Cases of policies/rules/secrets_manager.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, Outcome, passing, violating
from tests.policies.states import states, with_props

KIND = "aws:secretsmanager/secret:Secret"
SECRET = Fixture(type=KIND, props={"name": "devstages-preprod-bot"})
VERSION = Fixture(type="aws:secretsmanager/secretVersion:SecretVersion")
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"


def rotation(rules: Any, secret: str = UNKNOWN) -> Fixture:
    sources = {"secretId": [f"{KIND}::it"]} if secret == UNKNOWN else {}
    return Fixture(
        type=ROTATION, props={"secretId": secret, "rotationRules": rules}, sources=sources
    )


def rotated(fixture: Fixture, *, enough: bool, title: str) -> Case:
    kind = passing if enough else violating
    return kind("secret-rotated", SECRET, fixture, title=title)


PLAIN = "secret-in-plain-sight"
TOKEN = "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"


def holding(**props: Any) -> Fixture:
    return Fixture(type="aws:ssm/parameter:Parameter", props=props)


CASES = (
    passing(PLAIN, holding(value="eu-west-1", description="password: nobody has one")),
    passing(PLAIN, holding(tags={"note": "token: renewed by hand"}), title="a tag"),
    passing(PLAIN, holding(groupDescription="secret: none of it"), title="a group's description"),
    passing(PLAIN, holding(__provider=f"code {TOKEN}"), title="a dynamic resource's code"),
    passing(PLAIN, holding(value="token=abcdef"), title="too short to be one"),
    violating(PLAIN, holding(value=TOKEN), title="a token"),
    violating(PLAIN, holding(description=f"it is {TOKEN}"), title="a token told"),
    violating(PLAIN, holding(value="password = hunter2000"), title="assigned"),
    violating(PLAIN, holding(content=f'{{"bot": "{TOKEN}"}}'), title="in a document"),
    *states(
        "secret-own-key",
        SECRET,
        "kmsKeyId",
        right=["arn:aws:kms:::key/1"],
        wrong=["alias/aws/secretsmanager"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    violating("secret-rotated", SECRET, title="no rotation"),
    rotated(rotation({"automaticallyAfterDays": 90}), enough=True, title="90 days"),
    rotated(rotation({"automaticallyAfterDays": 91}), enough=False, title="91 days"),
    rotated(rotation({"scheduleExpression": "rate(30 days)"}), enough=True, title="a rate of days"),
    rotated(rotation({"scheduleExpression": "rate(100 days)"}), enough=False, title="a slow rate"),
    rotated(rotation({"scheduleExpression": "rate(720 hours)"}), enough=True, title="of hours"),
    rotated(rotation({}), enough=False, title="without a number"),
    rotated(rotation(UNKNOWN), enough=False, title="unknown"),
    rotated(
        rotation({"automaticallyAfterDays": 30}, "devstages-preprod-bot"),
        enough=True,
        title="by name",
    ),
    rotated(
        rotation({"automaticallyAfterDays": 30}, "another"), enough=False, title="of another one"
    ),
    violating(
        "secret-rotated",
        Fixture(type=KIND),
        Fixture(type=ROTATION, props={"rotationRules": {"automaticallyAfterDays": 30}}),
        title="neither is named",
    ),
    violating(
        "secret-rotated",
        Fixture(type=KIND),
        rotation({"automaticallyAfterDays": 30}, ""),
        title="named by nothing",
    ),
    *states(
        "secret-recoverable",
        SECRET,
        "recoveryWindowInDays",
        right=[7, 30],
        wrong=[0],
        absent=Outcome.PASSES,
    ),
    passing(
        "secret-recoverable",
        with_props(SECRET, {"recoveryWindowInDays": 0}),
        stack="test",
        title="of test",
    ),
    *states(
        "secret-described",
        SECRET,
        "description",
        right=["The bot's token"],
        wrong=["", "token"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "secret-value-not-in-state",
        VERSION,
        "secretString",
        right=[],
        wrong=["hunter2"],
        absent=Outcome.PASSES,
    ),
    passing(
        "secret-value-not-in-state",
        with_props(VERSION, {"secretStringWo": "hunter2"}),
        title="written only",
    ),
    *(
        kind(
            "secret-value-not-in-state",
            Fixture(type="aws:ssm/parameter:Parameter", props=props),
            title=f"{props}",
        )
        for kind, props in (
            (violating, {"type": "SecureString", "value": "hunter2"}),
            (passing, {"type": "SecureString", "valueWo": "hunter2"}),
            (passing, {"type": "String", "value": "eu-west-1"}),
        )
    ),
    *states(
        "secret-own-key",
        with_props(SECRET, {"kmsKeyId": "arn:aws:kms:::key/1"}),
        "replicas",
        right=[[], [{"region": "eu-west-2", "kmsKeyId": "arn:aws:kms:::key/2"}]],
        wrong=[[{"region": "eu-west-2"}]],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "secret-policy-checked",
        Fixture(type="aws:secretsmanager/secretPolicy:SecretPolicy"),
        "blockPublicPolicy",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
)
