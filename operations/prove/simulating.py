"""What IAM would answer to a principal whose credentials nobody gives out.

The policies of roles and users, with their boundaries, are judged by IAM's own policy simulator. It
judges policies of resources for users alone
(https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html), so these are
read here: whether they name the principal, or leave it to its account. A condition that is not
about who calls counts as met, a Deny as not there: rather a leak too many than one too few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from operations.prove.cells import Operation, Outcome, Trial
from operations.prove.ways import Clients

WHO: Final = "aws:principalarn"
NONE_THERE: Final = frozenset(
    {"NoSuchBucketPolicy", "ResourceNotFoundException", "NoSuchBucket", "NotFoundException"}
)


class Naming(StrEnum):
    """How a resource's policy names a principal."""

    ITSELF = "names it"
    ITS_ACCOUNT = "leaves it to its account"
    NOT = "does not name it"


@dataclass(kw_only=True)
class Policies:
    """The policies of resources, each asked for once."""

    operators: dict[str, Clients]
    """Administrators by account; buckets are asked for of all of them."""

    _known: dict[str, str | None] = field(default_factory=dict)

    def of(self, arn: str) -> str | None:
        """The policy of a resource, None where it has none. Raises ClientError."""
        resource = arn.split("/")[0] if arn.startswith("arn:aws:s3:") else arn
        if resource not in self._known:
            self._known[resource] = self._read(resource)
        return self._known[resource]

    def _read(self, arn: str) -> str | None:
        service, account = arn.split(":")[2], arn.split(":")[4]
        readers: dict[str, Callable[[Clients], Any]] = {
            "s3": lambda one: one("s3").get_bucket_policy(Bucket=arn.rpartition(":")[2])["Policy"],
            "kms": lambda one: one("kms").get_key_policy(KeyId=arn, PolicyName="default")["Policy"],
            "iam": lambda one: one("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"][
                "AssumeRolePolicyDocument"
            ],
            "secretsmanager": lambda one: (
                one("secretsmanager").get_resource_policy(SecretId=arn).get("ResourcePolicy")
            ),
            "sns": lambda one: one("sns").get_topic_attributes(TopicArn=arn)["Attributes"][
                "Policy"
            ],
        }
        if service not in readers:
            return None
        for id_, operator in self.operators.items():
            if account in ("", id_):
                try:
                    found = readers[service](operator)
                except ClientError as error:
                    if error.response["Error"]["Code"] in (*NONE_THERE, *_OTHERS):
                        continue
                    raise
                return found if isinstance(found, str) or found is None else json.dumps(found)
        return None


_OTHERS: Final = ("AccessDenied",)
"""How S3 answers for a bucket of another account."""


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """Answers for one principal."""

    principal: str
    """ARN of a role or a user."""

    iam: Any
    policies: Policies

    def ask(
        self, operation: Operation, needs: Iterable[tuple[str, str]], context: dict[str, str]
    ) -> Trial:
        """What would come of a request that needs all of these."""
        try:
            refused = [
                f"{action} on {arn}"
                for action, arn in needs
                if not self._is_allowed(action, arn, context)
            ]
        except (ClientError, BotoCoreError) as error:
            return Trial(operation=operation, outcome=Outcome.UNTRIED, detail=str(error))
        outcome = Outcome.SHUT if refused else Outcome.OPEN
        return Trial(operation=operation, outcome=outcome, detail=", ".join(refused))

    def _is_allowed(self, action: str, arn: str, context: dict[str, str]) -> bool:
        naming = names(self.policies.of(arn), self.principal, action)
        same_account = arn.split(":")[4] in ("", self.principal.split(":")[4])
        if naming is Naming.ITSELF and same_account:
            return True
        # Roles and keys are shut to whom their own policies do not name or leave to the account.
        by_both = action in ("sts:AssumeRole", "kms:Decrypt") or not same_account
        if by_both and naming is Naming.NOT:
            return False
        return self._may(action, arn, context)

    def _may(self, action: str, arn: str, context: dict[str, str]) -> bool:
        entries = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in context.items()
        ]
        answer = self.iam.simulate_principal_policy(
            PolicySourceArn=self.principal,
            ActionNames=[action],
            ResourceArns=[arn],
            ContextEntries=entries,
        )
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def names(policy: str | None, principal: str, action: str) -> Naming:
    """How a policy that belongs to a resource names a principal for an action."""
    account = principal.split(":")[4]
    found = Naming.NOT
    for statement in _listed(json.loads(policy or "{}").get("Statement", [])):
        actions = _listed(statement.get("Action", []))
        if statement["Effect"] != "Allow" or not any(
            fnmatchcase(action.lower(), each.lower()) for each in actions
        ):
            continue
        if not _who_matches(statement.get("Condition", {}), principal):
            continue
        who = statement.get("Principal", {})
        named = ["*"] if who == "*" else _listed(who.get("AWS", []))
        if "*" in named or principal in named:
            return Naming.ITSELF
        if account in named or f"arn:aws:iam::{account}:root" in named:
            found = Naming.ITS_ACCOUNT
    return found


def _who_matches(condition: dict[str, dict[str, Any]], principal: str) -> bool:
    for operator, keys in condition.items():
        for key, values in keys.items():
            if key.lower() != WHO:
                continue
            matches = any(fnmatchcase(principal, each) for each in _listed(values))
            if matches == ("Not" in operator):
                return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
