"""Documents of the read-only doors: who comes in, what they may, and where a session leads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from stages.documents import Statement, connect_as, document
from stages.door_settings import ReaderConditions
from stages.names import Names
from stages.readers import Reader, readers_of

POSTGRES_PORT = 5432

SESSION_PORT = (
    r"^([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-3][0-9])$"
)
"""0, for any that is free, to 65539: as AWS's own documents have it."""


def door_trust(names: Names, reader_arns: Iterable[str], asked: ReaderConditions) -> str:
    """Exactly these may take on the role, if their own policies let them as well.

    Named by condition: IAM refuses a `Principal` that does not exist yet, and ties one that does
    to its inner id, so that re-creating the other role would silently shut the door.
    """
    readers = readers_of(names, reader_arns)
    people = [reader for reader in readers if reader.is_person]
    tasks = [reader for reader in readers if not reader.is_person]
    named = [reader for reader in people if not reader.is_account]
    accounts = [reader for reader in people if reader.is_account]
    own = {"ArnNotLike": {"aws:PrincipalArn": f"{names.of('*').role_arn('*')}"}}
    return document(
        *_may_enter("Readers", named, _asked(asked)),
        *_may_enter("ReadersOfAccount", accounts, _asked(asked) | own),
        *_may_enter("TasksOfOtherStages", tasks, {}),
    )


def _may_enter(sid: str, readers: list[Reader], conditions: dict[str, Any]) -> list[Statement]:
    if not readers:
        return []
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": sorted({reader.account_arn for reader in readers})},
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnLike": {
                    "aws:PrincipalArn": sorted(
                        pattern for reader in readers for pattern in reader.principal_patterns
                    )
                },
                **conditions,
            },
        }
    ]


def _asked(asked: ReaderConditions) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    if asked.mfa_max_age_minutes is not None:
        conditions["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
        seconds = asked.mfa_max_age_minutes * 60
        conditions["NumericLessThanEquals"] = {"aws:MultiFactorAuthAge": str(seconds)}
    if asked.principal_tags:
        conditions["StringEquals"] = {
            f"aws:PrincipalTag/{key}": value for key, value in sorted(asked.principal_tags.items())
        }
    return conditions


def readonly_role_policy(names: Names, host: Names) -> str:
    """The stage's readers: its databases as `<stage>_readonly`, by a session to the server.

    Of the two statements on StartSession the first demands that the document is asked for as well:
    a session on an instance that names none is a shell otherwise.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/
    getting-started-sessiondocumentaccesscheck.html
    """
    return document(
        connect_as(names, names.readonly),
        {
            "Sid": "SessionOnGateway",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": host.arn("ec2", "instance/*"),
            "Condition": {
                "StringEquals": {"ssm:resourceTag/Name": host.gateway},
                "BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"},
            },
        },
        {
            "Sid": "SessionToServer",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": names.arn("ssm", f"document/{names.session_document}"),
        },
        {
            "Sid": "OwnSessions",
            "Effect": "Allow",
            "Action": ["ssm:ResumeSession", "ssm:TerminateSession"],
            "Resource": names.arn("ssm", "session/${aws:userid}-*"),
        },
    )


def session_document(names: Names, host: Names) -> str:
    """A port-forward to the server that readers are meant to use, and to nothing else.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
    """
    return json.dumps(
        {
            "schemaVersion": "1.0",
            "description": f"Reads databases of {names.resource()} as {names.readonly}",
            "sessionType": "Port",
            "parameters": {
                "localPortNumber": {
                    "type": "String",
                    "description": "Port on the caller's machine; 0 for any that is free",
                    "allowedPattern": SESSION_PORT,
                    "default": "0",
                }
            },
            "properties": {
                "type": "LocalPortForwarding",
                "host": host.reader_host,
                "portNumber": str(POSTGRES_PORT),
                "localPortNumber": "{{ localPortNumber }}",
            },
        },
        sort_keys=True,
    )
