"""Trials by AWS's interface: each call is made as the principal, and undone where it was let in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from operations.prove.account_scene import MARK, TEXT, AccountScene, Actor
from operations.prove.cells import Operation, Outcome, Owned, Trial
from operations.prove.ways import Clients

REFUSED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnauthorizedOperation",
        "403",
    }
)
LET_IN: Final = frozenset({"TargetNotConnected"})
"""Said only to whom IAM has let in: the gateway stands still."""

Call = Callable[[Clients], object]


def try_account(actor: Actor, scene: AccountScene) -> Iterator[tuple[Owned, Trial]]:
    """Everything that a principal may try in an account, its own or another one."""
    for target, operation, call in _calls(actor, scene):
        yield target, attempt(actor.clients, operation, call)


def attempt(clients: Clients, operation: Operation, call: Call) -> Trial:
    """One call, and what AWS says to it."""
    try:
        call(clients)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        text = f"{code}: {error.response['Error'].get('Message', '')}"
        if code in REFUSED:
            return Trial(operation=operation, outcome=Outcome.SHUT, detail=text)
        outcome = Outcome.OPEN if code in LET_IN else Outcome.UNTRIED
        return Trial(operation=operation, outcome=outcome, detail=text)
    except BotoCoreError as error:
        return Trial(operation=operation, outcome=Outcome.UNTRIED, detail=str(error))
    return Trial(operation=operation, outcome=Outcome.OPEN)


def _calls(actor: Actor, scene: AccountScene) -> Iterator[tuple[Owned, Operation, Call]]:
    account = scene.account
    for target, bucket, prefix in scene.buckets:
        for operation, call in _object_calls(bucket, prefix).items():
            yield target, operation, call
    for target, arn, ciphertext in scene.keys:
        yield target, Operation.DECRYPT, _decrypt(arn, ciphertext)
    for other in scene.actors:
        if ":role/" in other.principal.name and other.principal != actor.principal:
            yield other.principal, Operation.ASSUME, _assume(other.principal.name)
    for secret in scene.secrets:
        yield secret, Operation.READ, _read_secret(secret.name)
    for topic in scene.topics:
        yield topic, Operation.PUBLISH, _publish(topic.name)
    if actor.principal.place == account.id:
        # Instances and documents are named without an account: there is no way to another one's.
        for gateway, instance in scene.gateways:
            yield gateway, Operation.SHELL, _session(instance, None, account.operator)
            for document in scene.documents:
                call = _session(instance, document.name, account.operator)
                yield document, Operation.START, call


def _object_calls(bucket: str, prefix: str) -> dict[Operation, Call]:
    key = f"{prefix}{MARK}"
    return {
        Operation.LIST: lambda one: one("s3").list_objects_v2(
            Bucket=bucket, Prefix=prefix, MaxKeys=1
        ),
        Operation.READ: lambda one: one("s3").get_object(Bucket=bucket, Key=f"{key}object"),
        Operation.WRITE: lambda one: one("s3").put_object(
            Bucket=bucket, Key=f"{key}written", Body=TEXT
        ),
        Operation.DELETE: lambda one: one("s3").delete_object(Bucket=bucket, Key=f"{key}deleted"),
    }


def _decrypt(arn: str, ciphertext: bytes) -> Call:
    return lambda one: one("kms").decrypt(KeyId=arn, CiphertextBlob=ciphertext)


def _assume(arn: str) -> Call:
    return lambda one: one("sts").assume_role(
        RoleArn=arn, RoleSessionName="prove", DurationSeconds=900
    )


def _read_secret(arn: str) -> Call:
    return lambda one: one("secretsmanager").get_secret_value(SecretId=arn)


def _publish(arn: str) -> Call:
    return lambda one: one("sns").publish(TopicArn=arn, Message="prove")


def _session(instance: str, document: str | None, operator: Clients) -> Call:
    def start(one: Clients) -> None:
        named: dict[str, Any] = {"DocumentName": document} if document else {}
        session = one("ssm").start_session(Target=instance, **named)
        with contextlib.suppress(ClientError):
            operator("ssm").terminate_session(SessionId=session["SessionId"])

    return start
