"""Breakages by AWS's interface: what an attacker or a careless engineer does in the accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from tests.prove.ground import Breakage, Ground, Wanted, names

POLICY: Final = "too-much"


def _document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def _role_may(
    name: str, what: str, wanted: Wanted, stage: str, role: str, action: Any, resource: Any
) -> Breakage:
    role_name = names(stage).resource(role)

    def do(ground: Ground) -> None:
        ground.aws(stage, "iam").put_role_policy(
            RoleName=role_name,
            PolicyName=POLICY,
            PolicyDocument=_document(Action=action, Resource=resource),
        )

    def undo(ground: Ground) -> None:
        ground.aws(stage, "iam").delete_role_policy(RoleName=role_name, PolicyName=POLICY)

    return Breakage(name=name, what=what, wanted=wanted, do=do, undo=undo)


def _trusts(
    name: str, what: str, wanted: Wanted, stage: str, role: str, **statement: Any
) -> Breakage:
    role_name = names(stage).resource(role)

    def do(ground: Ground) -> None:
        iam = ground.aws(stage, "iam")
        ground.keep(name, iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(
            RoleName=role_name, PolicyDocument=_document(Action="sts:AssumeRole", **statement)
        )

    def undo(ground: Ground) -> None:
        ground.aws(stage, "iam").update_assume_role_policy(
            RoleName=role_name, PolicyDocument=json.dumps(ground.kept(name))
        )

    return Breakage(name=name, what=what, wanted=wanted, do=do, undo=undo)


def _open_bucket() -> Breakage:
    bucket = names("preprod").bucket("data")

    def do(ground: Ground) -> None:
        s3 = ground.aws("preprod", "s3")
        ground.keep("bucket", s3.get_bucket_policy(Bucket=bucket)["Policy"])
        policy = _document(
            Principal={"AWS": names("test").role_arn("task")},
            Action="s3:ListBucket",
            Resource=names("preprod").bucket_arn("data"),
        )
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)

    def undo(ground: Ground) -> None:
        ground.aws("preprod", "s3").put_bucket_policy(Bucket=bucket, Policy=ground.kept("bucket"))

    wanted = Wanted(principal="devstages-test-task", operation="list", target=bucket)
    what = "preprod's bucket lets test's tasks list it"
    return Breakage(name="open-bucket", what=what, wanted=wanted, do=do, undo=undo)


def _open_key() -> Breakage:
    alias = names("preprod").key_alias("data")

    def key_id(ground: Ground) -> str:
        found: str = ground.aws("preprod", "kms").describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
        return found

    def do(ground: Ground) -> None:
        kms, key = ground.aws("preprod", "kms"), key_id(ground)
        ground.keep("key", kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        policy = _document(Principal={"AWS": "*"}, Action="kms:*", Resource="*")
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)

    def undo(ground: Ground) -> None:
        ground.aws("preprod", "kms").put_key_policy(
            KeyId=key_id(ground), PolicyName="default", Policy=ground.kept("key")
        )

    wanted = Wanted(principal="devstages-test-task", operation="decrypt", target=alias)
    what = "the key of preprod's data lets everybody use it"
    return Breakage(name="open-key", what=what, wanted=wanted, do=do, undo=undo)


def _one_role_too_many() -> Breakage:
    def do(ground: Ground) -> None:
        iam = ground.aws("prod", "iam")
        trust = _document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
        iam.create_role(RoleName="report-maker", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(
            RoleName="report-maker",
            PolicyName=POLICY,
            PolicyDocument=_document(Action="rds-db:connect", Resource="*"),
        )

    def undo(ground: Ground) -> None:
        iam = ground.aws("prod", "iam")
        iam.delete_role_policy(RoleName="report-maker", PolicyName=POLICY)
        iam.delete_role(RoleName="report-maker")

    wanted = Wanted(principal="report-maker", operation="sign in", target="prod_readonly")
    what = "a role that nobody's settings know signs in to prod"
    return Breakage(name="one-role-too-many", what=what, wanted=wanted, do=do, undo=undo)


def _lost_policy() -> Breakage:
    role = {"RoleName": names("test").resource("task"), "PolicyName": "use-stage"}

    def do(ground: Ground) -> None:
        iam = ground.aws("test", "iam")
        ground.keep("policy", iam.get_role_policy(**role)["PolicyDocument"])
        iam.delete_role_policy(**role)

    def undo(ground: Ground) -> None:
        document = json.dumps(ground.kept("policy"))
        ground.aws("test", "iam").put_role_policy(**role, PolicyDocument=document)

    wanted = Wanted(
        principal="devstages-test-task",
        operation="write",
        target=names("test").bucket("data"),
        verdict="door shut",
    )
    what = "test's tasks lose the policy of their role"
    return Breakage(name="tasks-shut-out", what=what, wanted=wanted, do=do, undo=undo)


def _any(stage: str, service: str) -> Callable[[str], str]:
    return lambda resource: names(stage).arn(service, resource)


BREAKAGES: Final = (
    _role_may(
        "tasks-sign-in-as-anybody",
        "test's tasks may sign in as every database user",
        Wanted(principal="devstages-test-task", operation="sign in", target="preprod_app"),
        "test",
        "task",
        "rds-db:connect",
        _any("test", "rds-db")("dbuser:*/*"),
    ),
    _role_may(
        "airflow-uses-data",
        "Airflow's execution role may use all buckets",
        Wanted(
            principal="devstages-preprod-airflow-execution",
            operation="list",
            target=names("test").bucket("data"),
        ),
        "preprod",
        "airflow-execution",
        "s3:*",
        "*",
    ),
    _role_may(
        "tasks-write-dags",
        "test's tasks may write preprod's DAGs",
        Wanted(
            principal="devstages-test-task",
            operation="delete",
            target=f"{names('preprod').bucket('airflow')}/dags/preprod/",
        ),
        "test",
        "task",
        ["s3:PutObject", "s3:DeleteObject"],
        f"{names('preprod').bucket_arn('airflow')}/*",
    ),
    _role_may(
        "readers-open-a-shell",
        "preprod's readers may open any session on the gateway",
        Wanted(
            principal="devstages-preprod-readonly",
            operation="open a shell",
            target=names("preprod").gateway,
        ),
        "preprod",
        "readonly",
        "ssm:StartSession",
        "*",
    ),
    _role_may(
        "session-of-another-stage",
        "test's tasks may open the session of preprod's readers",
        Wanted(
            principal="devstages-test-task",
            operation="open a session",
            target=names("preprod").session_document,
        ),
        "test",
        "task",
        "ssm:StartSession",
        [
            _any("test", "ec2")("instance/*"),
            _any("test", "ssm")(f"document/{names('preprod').session_document}"),
        ],
    ),
    _trusts(
        "whole-account-is-trusted",
        "preprod's task role trusts its whole account",
        Wanted(principal="role/developers", operation="assume", target="devstages-preprod-task"),
        "preprod",
        "task",
        Principal={"AWS": names("preprod").root_arn},
    ),
    _trusts(
        "another-account-is-trusted",
        "prod's readers' role trusts the other account",
        Wanted(principal="111111111111:root", operation="assume", target="devstages-prod-readonly"),
        "prod",
        "readonly",
        Principal={"AWS": names("preprod").root_arn},
    ),
    _trusts(
        "developers-shut-out",
        "preprod's readers' role trusts nobody but Airflow",
        Wanted(
            principal="role/developers",
            operation="assume",
            target="devstages-preprod-readonly",
            verdict="door shut",
        ),
        "preprod",
        "readonly",
        Principal={"AWS": names("preprod").role_arn("airflow-execution")},
    ),
    _open_bucket(),
    _open_key(),
    _one_role_too_many(),
    _lost_policy(),
)
