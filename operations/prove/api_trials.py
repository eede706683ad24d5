"""Trials by AWS's interface: each call is made as the principal, and undone where it was let in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
LET_IN: Final = frozenset({"InvalidDocument", "TargetNotConnected"})
"""Said only to whom IAM has let in: there is no shell to open, or the gateway stands still."""

Call = Callable[[Clients], object]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A call, and what IAM is asked for it."""

    call: Call
    needs: tuple[tuple[str, str], ...]
    """Actions, and the ARN that each is for."""

    context: dict[str, str] = field(default_factory=dict)
    """Condition keys that AWS would set."""


def try_account(actor: Actor, scene: AccountScene) -> Iterator[tuple[Owned, Trial]]:
    """Everything that a principal may try in an account, its own or another one."""
    for target, operation, request in _requests(actor, scene):
        if actor.simulator is not None:
            yield target, actor.simulator.ask(operation, request.needs, request.context)
        else:
            yield target, attempt(actor.clients, operation, request.call)


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


def _requests(actor: Actor, scene: AccountScene) -> Iterator[tuple[Owned, Operation, Request]]:
    account = scene.account
    for target, bucket, prefix in scene.buckets:
        for operation, request in _object_requests(account.id, bucket, prefix).items():
            yield target, operation, request
    for target, arn, ciphertext in scene.keys:
        decrypt = Request(call=_decrypt(arn, ciphertext), needs=(("kms:Decrypt", arn),))
        yield target, Operation.DECRYPT, decrypt
    for other in scene.actors:
        arn = other.principal.name
        if ":role/" in arn and other.principal != actor.principal:
            assume = Request(call=_assume(arn), needs=(("sts:AssumeRole", arn),))
            yield other.principal, Operation.ASSUME, assume
    for secret in scene.secrets:
        needs = (("secretsmanager:GetSecretValue", secret.name),)
        yield secret, Operation.READ, Request(call=_read_secret(secret.name), needs=needs)
    for topic in scene.topics:
        needs = (("sns:Publish", topic.name),)
        yield topic, Operation.PUBLISH, Request(call=_publish(topic.name), needs=needs)
    if actor.principal.place == account.id:
        # Instances and documents are named without an account: there is no way to another one's.
        yield from _session_requests(scene)


def _session_requests(scene: AccountScene) -> Iterator[tuple[Owned, Operation, Request]]:
    account, action = scene.account, "ssm:StartSession"
    for gateway, instance in scene.gateways:
        machine = f"arn:aws:ec2:{account.region}:{account.id}:instance/{instance}"
        tagged = {"ssm:resourceTag/Name": gateway.name}
        shell = Request(
            call=_session(instance, None, account.operator),
            needs=((action, machine),),
            context=tagged | {"ssm:SessionDocumentAccessCheck": "false"},
        )
        yield gateway, Operation.SHELL, shell
        for document in scene.documents:
            arn = f"arn:aws:ssm:{account.region}:{account.id}:document/{document.name}"
            start = Request(
                call=_session(instance, document.name, account.operator),
                needs=((action, machine), (action, arn)),
                context=tagged,
            )
            yield document, Operation.START, start


def _object_requests(owner: str, bucket: str, prefix: str) -> dict[Operation, Request]:
    key, arn = f"{prefix}{MARK}", f"arn:aws:s3:::{bucket}"
    calls: dict[Operation, Call] = {
        Operation.LIST: lambda one: one("s3").list_objects_v2(
            Bucket=bucket, Prefix=prefix, MaxKeys=1
        ),
        Operation.READ: lambda one: one("s3").get_object(Bucket=bucket, Key=f"{key}object"),
        Operation.WRITE: lambda one: one("s3").put_object(
            Bucket=bucket, Key=f"{key}written", Body=TEXT
        ),
        Operation.DELETE: lambda one: one("s3").delete_object(Bucket=bucket, Key=f"{key}deleted"),
    }
    needs = {
        Operation.LIST: ("s3:ListBucket", arn),
        Operation.READ: ("s3:GetObject", f"{arn}/{key}object"),
        Operation.WRITE: ("s3:PutObject", f"{arn}/{key}written"),
        Operation.DELETE: ("s3:DeleteObject", f"{arn}/{key}deleted"),
    }
    return {
        operation: Request(
            call=call, needs=(needs[operation],), context={"aws:ResourceAccount": owner}
        )
        for operation, call in calls.items()
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
