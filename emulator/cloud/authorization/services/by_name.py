"""Services whose resources are named by one parameter.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmanagedworkflowsforapacheairflow.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need, generic


def logs_needs(call: Call) -> Iterable[Need]:
    """What a call of CloudWatch Logs needs; a group stands for all of its streams."""
    action = f"logs:{call.operation}"
    group = call.text("logGroupName", "logGroupIdentifier")
    if group.startswith("arn:") or call.text("resourceArn"):
        arn = (group or call.text("resourceArn")).removesuffix(":*")
        yield Need(action=action, resource=arn)
    elif group or call.operation == "DescribeLogGroups":
        stream = call.text("logStreamName")
        yield Need(action=action, resource=call.arn(f"log-group:{group}:log-stream:{stream}"))
    else:
        yield Need(action=action, resource=ANYTHING)


LAMBDA_ACTIONS: Final = {"Invoke": "InvokeFunction", "InvokeAsync": "InvokeFunction"}
"""Operations whose action is called otherwise."""


def lambda_needs(call: Call) -> Iterable[Need]:
    """What a call of Lambda needs."""
    action = f"lambda:{LAMBDA_ACTIONS.get(call.operation, call.operation)}"
    name = call.text("FunctionName")
    if name.startswith("arn:"):
        yield Need(action=action, resource=name)
    elif name and call.operation not in ("CreateEventSourceMapping", "ListEventSourceMappings"):
        yield Need(action=action, resource=call.arn(f"function:{name.rpartition(':function:')[2]}"))
    elif call.text("Resource").startswith("arn:"):
        yield Need(action=action, resource=call.text("Resource"))
    else:
        yield Need(action=action, resource=ANYTHING)


def cloudwatch_needs(call: Call) -> Iterable[Need]:
    """What a call of CloudWatch needs."""
    action = f"cloudwatch:{call.operation}"
    names = [call.text("AlarmName")] if call.text("AlarmName") else []
    names += [str(name) for name in call.parameters.get("AlarmNames") or []]
    arns = [call.arn(f"alarm:{name}") for name in names]
    if call.text("DashboardName"):
        arns.append(f"arn:aws:cloudwatch::{call.account_id}:dashboard/{call.text('DashboardName')}")
    if call.text("ResourceARN"):
        arns.append(call.text("ResourceARN"))
    context = {"cloudwatch:namespace": call.text("Namespace")} if call.text("Namespace") else {}
    for arn in arns or [ANYTHING]:
        yield Need(action=action, resource=arn, context=context)


def events_needs(call: Call) -> Iterable[Need]:
    """What a call of EventBridge needs."""
    rule, bus = call.text("Rule", "Name"), call.text("EventBusName")
    if rule and "Rule" in call.operation + "Targets" and "Bus" not in call.operation:
        between = "" if bus in ("", "default") else f"{bus}/"
        yield Need(action=f"events:{call.operation}", resource=call.arn(f"rule/{between}{rule}"))
    elif "Bus" in call.operation and (call.text("Name") or bus):
        yield Need(
            action=f"events:{call.operation}",
            resource=call.arn(f"event-bus/{call.text('Name') or bus}"),
        )
    else:
        yield from generic(call)


def mwaa_needs(call: Call) -> Iterable[Need]:
    """What a call of MWAA needs."""
    action = f"airflow:{call.operation}"
    name = call.text("Name", "EnvironmentName")
    yield Need(action=action, resource=call.arn(f"environment/{name}") if name else ANYTHING)
