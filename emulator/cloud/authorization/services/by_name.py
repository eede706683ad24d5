"""Services whose resources are named by one parameter.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmanagedworkflowsforapacheairflow.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
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
    if call.operation.endswith("ResourcePolicy"):
        yield Need(action=action, resource=ANYTHING)
    elif group.startswith("arn:") or call.text("resourceArn"):
        arn = (group or call.text("resourceArn")).removesuffix(":*")
        yield Need(action=action, resource=arn)
    elif group or call.operation == "DescribeLogGroups":
        stream = call.text("logStreamName")
        yield Need(action=action, resource=call.arn(f"log-group:{group}:log-stream:{stream}"))
    else:
        yield Need(action=action, resource=ANYTHING)


LAMBDA_ACTIONS: Final = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "GetLayerVersionByArn": "GetLayerVersion",
}
"""Operations whose action is called otherwise."""


def lambda_needs(call: Call) -> Iterable[Need]:
    """What a call of Lambda needs."""
    action = f"lambda:{LAMBDA_ACTIONS.get(call.operation, call.operation)}"
    name = call.text("FunctionName")
    if name.startswith("arn:"):
        yield Need(action=action, resource=name)
    elif name and call.operation not in ("CreateEventSourceMapping", "ListEventSourceMappings"):
        yield Need(action=action, resource=call.arn(f"function:{name.rpartition(':function:')[2]}"))
    elif call.text("LayerName"):
        version = call.parameters.get("VersionNumber")
        layer = f"layer:{call.text('LayerName')}" + (f":{version}" if version else "")
        yield Need(action=action, resource=call.arn(layer))
    elif call.text("UUID"):
        yield Need(action=action, resource=call.arn(f"event-source-mapping:{call.text('UUID')}"))
    elif call.text("Resource", "Arn").startswith("arn:"):
        yield Need(action=action, resource=call.text("Resource", "Arn"))
    else:
        yield Need(action=action, resource=ANYTHING)


def cloudwatch_needs(call: Call) -> Iterable[Need]:
    """What a call of CloudWatch needs."""
    action = f"cloudwatch:{call.operation}"
    names = [call.text("AlarmName")] if call.text("AlarmName") else []
    names += [str(name) for name in call.parameters.get("AlarmNames") or []]
    arns = [call.arn(f"alarm:{name}") for name in names]
    dashboards = [call.text("DashboardName"), *(call.parameters.get("DashboardNames") or [])]
    arns += [
        f"arn:aws:cloudwatch::{call.account_id}:dashboard/{name}" for name in dashboards if name
    ]
    if call.text("ResourceARN"):
        arns.append(call.text("ResourceARN"))
    context = {"cloudwatch:namespace": call.text("Namespace")} if call.text("Namespace") else {}
    for arn in arns or [ANYTHING]:
        yield Need(action=action, resource=arn, context=context)


def events_needs(call: Call) -> Iterable[Need]:
    """What a call of EventBridge needs."""
    action, bus = f"events:{call.operation}", call.text("EventBusName")
    if call.operation == "PutEvents":
        entries = call.parameters.get("Entries") or [{}]
        for name in sorted({str(entry.get("EventBusName") or "default") for entry in entries}):
            yield Need(
                action=action,
                resource=name if name.startswith("arn:") else call.arn(f"event-bus/{name}"),
            )
    elif call.operation.endswith(("Rule", "Targets", "TargetsByRule")):
        between = "" if bus in ("", "default") else f"{bus}/"
        name = call.text("Rule", "Name")
        yield Need(action=action, resource=call.arn(f"rule/{between}{name}"))
    elif call.operation.endswith("EventBus"):
        yield Need(action=action, resource=call.arn(f"event-bus/{call.text('Name') or 'default'}"))
    else:
        yield from generic(call)


def mwaa_needs(call: Call) -> Iterable[Need]:
    """What a call of MWAA needs."""
    action = f"airflow:{call.operation}"
    name = call.text("Name", "EnvironmentName")
    if call.text("ResourceArn"):
        yield Need(action=action, resource=call.text("ResourceArn"))
        return
    yield Need(action=action, resource=call.arn(f"environment/{name}") if name else ANYTHING)


def route53_needs(call: Call) -> Iterable[Need]:
    """What a call of Route 53 needs: zones and changes have no region, and no account either."""
    action, id_ = f"route53:{call.operation}", call.text("HostedZoneId", "Id", "ResourceId")
    kind = "change" if call.operation == "GetChange" else "hostedzone"
    id_ = id_.rpartition("/")[2]
    yield Need(action=action, resource=f"arn:aws:route53:::{kind}/{id_}" if id_ else ANYTHING)


def cloudtrail_needs(call: Call) -> Iterable[Need]:
    """What a call of CloudTrail needs."""
    action = f"cloudtrail:{call.operation}"
    name = call.text("Name", "TrailName", "ResourceId")
    names = [name] if name else [str(arn) for arn in call.parameters.get("ResourceIdList") or []]
    arns = [item if item.startswith("arn:") else call.arn(f"trail/{item}") for item in names]
    for arn in arns or [ANYTHING]:
        yield Need(action=action, resource=arn)


def s3control_needs(call: Call) -> Iterable[Need]:
    """What a call of S3 about a whole account needs; the ones about its public access block."""
    if call.operation.endswith("PublicAccessBlock"):
        verb = "Get" if call.operation.startswith("Get") else "Put"
        yield Need(action=f"s3:{verb}AccountPublicAccessBlock", resource=ANYTHING)
    else:
        yield from generic(call)
