"""Queues, topics, servers, roles handed on, instances: who may do what to which."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.cloud.authorization.actors import (
    Account,
    code,
    document,
    new_name,
    refusal,
    trust,
)
from tests.emulator.cloud.doors import ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}"


def test_a_queue_is_reached_by_its_address(account: Account) -> None:
    administrator, name = account.administrator.client("sqs"), new_name("queue")
    url = administrator.create_queue(QueueName=name)["QueueUrl"]
    other = administrator.create_queue(QueueName=f"{name}-other")["QueueUrl"]
    sender = account.user({"Action": "sqs:SendMessage", "Resource": arn("sqs", name)})
    sqs = sender.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}])
    assert code(sqs.send_message, QueueUrl=other, MessageBody="x") == "AccessDenied"
    assert code(sqs.receive_message, QueueUrl=url) == "AccessDenied"


def test_a_queues_own_policy_opens_it_across_accounts(
    account: Account, other_account: Account
) -> None:
    administrator, name = account.administrator.client("sqs"), new_name("queue")
    url = administrator.create_queue(QueueName=name)["QueueUrl"]
    sender = other_account.user({"Action": "sqs:*", "Resource": "*"})
    assert code(sender.client("sqs").send_message, QueueUrl=url, MessageBody="x") == "AccessDenied"
    opens = document(
        {
            "Principal": {"AWS": OTHER_ACCOUNT_ID},
            "Action": "sqs:SendMessage",
            "Resource": arn("sqs", name),
        }
    )
    administrator.set_queue_attributes(QueueUrl=url, Attributes={"Policy": opens})
    refused = code(sender.client("sqs").send_message, QueueUrl=url, MessageBody="x")
    assert refused != "AccessDenied"  # let in; moto looks for the queue in the caller's account


def test_a_topic_is_published_to_by_who_may(account: Account) -> None:
    administrator, name = account.administrator.client("sns"), new_name("topic")
    topic = administrator.create_topic(Name=name)["TopicArn"]
    account.user({"Action": "sns:Publish", "Resource": topic}).client("sns").publish(
        TopicArn=topic, Message="x"
    )
    stranger = account.user({"Action": "sns:Publish", "Resource": f"{topic}-other"})
    # moto's default policy, as AWS's, names everybody under the condition of an old key
    assert code(stranger.client("sns").publish, TopicArn=topic, Message="x") == (
        "AuthorizationError"
    )
    named = account.user()
    policy = document({"Principal": {"AWS": named.arn}, "Action": "sns:Publish", "Resource": topic})
    administrator.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy
    )
    named.client("sns").publish(TopicArn=topic, Message="x")


def test_a_server_is_changed_by_who_may_and_every_part_counts(account: Account) -> None:
    name = new_name("server")
    administrator = account.administrator.client("rds")
    administrator.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres18", Description="x"
    )
    groups = {"Action": "rds:*", "Resource": arn("rds", f"pg:{name}")}
    rds = account.user(groups).client("rds")
    rds.describe_db_parameters(DBParameterGroupName=name)
    rds.delete_db_parameter_group(DBParameterGroupName=name)
    settings: dict[str, Any] = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t4g.small",
        "Engine": "postgres",
        "AllocatedStorage": 20,
        "DBParameterGroupName": name,
        "MasterUsername": "m",
        "MasterUserPassword": "a-password-of-the-tests",
    }
    error = refusal(rds.create_db_instance, **settings)
    assert f"rds:CreateDBInstance on resource: {arn('rds', f'db:{name}')}" in str(error)
    assert "a-password-of-the-tests" not in str(error)
    server = {"Action": "rds:*", "Resource": arn("rds", f"db:{name}")}
    error = refusal(account.user(server).client("rds").create_db_instance, **settings)
    assert f"pg:{name}" in str(error)
    assert code(rds.describe_db_instances) == "AccessDenied"


def test_a_role_is_handed_to_a_service_only_by_who_may_pass_it(account: Account) -> None:
    role = account.role(trust({"Service": "vpc-flow-logs.amazonaws.com"}))
    vpc = account.administrator.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    create = {"Action": ["ec2:CreateFlowLogs"], "Resource": "*"}
    settings: dict[str, Any] = {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": new_name("flow"),
        "DeliverLogsPermissionArn": role,
    }
    error = refusal(account.user(create).client("ec2").create_flow_logs, **settings)
    assert error.response["Error"]["Code"] == "UnauthorizedOperation"
    assert f"iam:PassRole on resource: {role}" in str(error)
    to = {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}}
    passes = {"Action": "iam:PassRole", "Resource": role, "Condition": to}
    account.user(create, passes).client("ec2").create_flow_logs(**settings)
    elsewhere = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    wrong = account.user(create, {**passes, "Condition": elsewhere})
    assert code(wrong.client("ec2").create_flow_logs, **settings) == "UnauthorizedOperation"


def test_instances_are_stopped_by_tag(account: Account) -> None:
    ec2 = account.administrator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "stage", "Value": "test"}]}]
    tagged = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    condition = {"StringEquals": {"aws:ResourceTag/stage": "test"}}
    user = account.user({"Action": "ec2:DeleteVpc", "Resource": "*", "Condition": condition})
    user.client("ec2").delete_vpc(VpcId=tagged)
    error = refusal(user.client("ec2").delete_vpc, VpcId=vpc)
    assert "You are not authorized to perform this operation." in str(error)


def test_what_is_made_with_tags_needs_the_right_to_tag(account: Account) -> None:
    create = {"Action": "ec2:CreateVpc", "Resource": "*"}
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "stage", "Value": "test"}]}]
    settings = {"CidrBlock": "10.6.0.0/16", "TagSpecifications": tags}
    error = refusal(account.user(create).client("ec2").create_vpc, **settings)
    assert "ec2:CreateTags" in str(error)
    only = {
        "StringEquals": {"ec2:CreateAction": "CreateVpc", "aws:RequestTag/stage": "test"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["stage"]},
    }
    tag = {"Action": "ec2:CreateTags", "Resource": "*", "Condition": only}
    made = account.user(create, tag).client("ec2").create_vpc(**settings)
    assert made["Vpc"]["VpcId"]


def test_roles_are_changed_by_path_and_only_under_a_boundary(account: Account) -> None:
    boundary = account.policy({"Action": "s3:*", "Resource": "*"})
    maker = account.user(
        {
            "Action": ["iam:CreateRole", "iam:PutRolePolicy"],
            "Resource": f"arn:aws:iam::{ACCOUNT_ID}:role/made/*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
        },
    ).client("iam")
    made: dict[str, Any] = {
        "RoleName": new_name("made"),
        "Path": "/made/",
        "AssumeRolePolicyDocument": trust(),
    }
    assert code(maker.create_role, **made) == "AccessDenied"
    assert code(maker.create_role, **made | {"Path": "/"}, PermissionsBoundary=boundary) == (
        "AccessDenied"
    )
    maker.create_role(**made, PermissionsBoundary=boundary)
    anything = document({"Action": "s3:*", "Resource": "*"})
    inline = {"PolicyName": "p", "PolicyDocument": anything}
    maker.put_role_policy(RoleName=made["RoleName"], **inline)
    free = account.role(trust()).rpartition("/")[2]
    assert code(maker.put_role_policy, RoleName=free, **inline) == "AccessDenied"


@pytest.mark.parametrize(
    ("service", "operation", "settings", "resource"),
    [
        (
            "logs",
            "create_log_stream",
            {"logGroupName": "NAME", "logStreamName": "s"},
            "logs:log-group:NAME:*",
        ),
        ("logs", "describe_log_streams", {"logGroupName": "NAME"}, "logs:log-group:NAME:*"),
        (
            "cloudwatch",
            "delete_alarms",
            {"AlarmNames": ["NAME"]},
            "cloudwatch:alarm:NAME",
        ),
        ("lambda", "get_function", {"FunctionName": "NAME"}, "lambda:function:NAME"),
        (
            "events",
            "put_rule",
            {"Name": "NAME", "ScheduleExpression": "rate(1 day)"},
            "events:rule/NAME",
        ),
    ],
)
def test_a_named_resource_is_reached_by_its_arn(
    account: Account, service: str, operation: str, settings: dict[str, Any], resource: str
) -> None:
    name = new_name("thing")
    if service == "logs":
        account.administrator.client("logs").create_log_group(logGroupName=name)
    place = arn(*resource.replace("NAME", name).split(":", 1))

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(item) for item in value]
        return value.replace("NAME", name)

    filled = {key: named(value) for key, value in settings.items()}
    allowed = account.user({"Action": f"{service}:*", "Resource": place}).client(service)
    refused = account.user({"Action": f"{service}:*", "Resource": f"{place[:-1]}-other"})
    if service == "lambda":
        assert code(getattr(allowed, operation), **filled) == "ResourceNotFoundException"
    else:
        getattr(allowed, operation)(**filled)
    assert code(getattr(refused.client(service), operation), **filled) in (
        "AccessDenied",
        "AccessDeniedException",
    )


def test_a_service_that_is_not_mapped_exactly_opens_to_statements_about_everything(
    account: Account,
) -> None:
    everything = account.user({"Action": "dynamodb:ListTables", "Resource": "*"})
    everything.client("dynamodb").list_tables()
    one = account.user({"Action": "dynamodb:*", "Resource": arn("dynamodb", "table/x")})
    assert code(one.client("dynamodb").list_tables) == "AccessDeniedException"
