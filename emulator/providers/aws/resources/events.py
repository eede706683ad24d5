# ruff: noqa: D102 - the methods are those of Handler, documented there
"""EventBridge's rules and targets, and CloudWatch's alarms."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class EventRule(Handler):
    """A rule: which events, or when."""

    label = "EventBridge Rule"
    defaults: ClassVar = {"eventBusName": "default"}
    computed = frozenset({"state", "isEnabled"})
    NAMES: ClassVar = {
        "description": "Description",
        "eventPattern": "EventPattern",
        "roleArn": "RoleArn",
        "scheduleExpression": "ScheduleExpression",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if not (inputs.get("eventPattern") or inputs.get("scheduleExpression")):
            return [failure("eventPattern", "one of eventPattern, scheduleExpression is needed")]
        pattern = inputs.get("eventPattern")
        if isinstance(pattern, str):
            try:
                json.loads(pattern)
            except ValueError as error:
                return [failure("eventPattern", f"contains an invalid JSON: {error}")]
        schedule = inputs.get("scheduleExpression")
        if isinstance(schedule, str) and not re.fullmatch(r"(rate|cron)\(.+\)", schedule):
            return [failure("scheduleExpression", f'"{schedule}"; want rate(…) or cron(…)')]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        bus = inputs.get("eventBusName") or "default"
        if self._described(account, bus, name) is not None:
            message = f"Rule {name} already exists on EventBus {bus}."
            raise RefusalError("EventBridge", "PutRule", "ResourceAlreadyExists", message)
        self._put(account, bus, name, inputs)
        tags = tag_list(wanted_tags(inputs))
        if tags:
            arn = (self._described(account, bus, name) or {})["Arn"]
            account.client("events").tag_resource(ResourceARN=arn, Tags=tags)
        return name if bus == "default" else f"{bus}/{name}"

    def _put(self, account: Account, bus: str, name: str, inputs: Properties) -> None:
        state = inputs.get("state") or (
            "DISABLED" if inputs.get("isEnabled") is False else "ENABLED"
        )
        account.client("events").put_rule(
            Name=name, EventBusName=bus, State=state, **to_aws(inputs, self.NAMES)
        )

    def _described(self, account: Account, bus: str, name: str) -> dict[str, Any] | None:
        try:
            answer = account.client("events").describe_rule(Name=name, EventBusName=bus)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        return dict(answer)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        bus, _, name = id_.rpartition("/")
        rule = self._described(account, bus or "default", name)
        if rule is None:
            return None
        tags = account.client("events").list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        return from_aws(rule, self.NAMES) | {
            "arn": rule["Arn"],
            "name": rule["Name"],
            "namePrefix": known.get("namePrefix") or "",
            "eventBusName": rule.get("EventBusName", "default"),
            "state": rule["State"],
            "isEnabled": rule["State"] == "ENABLED",
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        bus, _, name = id_.rpartition("/")
        self._put(account, bus or "default", name, news)
        client = account.client("events")
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(ResourceARN=olds["arn"], TagKeys=to_remove)
        if to_set:
            client.tag_resource(ResourceARN=olds["arn"], Tags=tag_list(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        bus, _, name = id_.rpartition("/")
        client, where = account.client("events"), {"EventBusName": bus or "default"}
        if self._described(account, where["EventBusName"], name) is None:
            return
        targets = client.list_targets_by_rule(Rule=name, **where)["Targets"]
        if targets and not known.get("forceDestroy"):
            message = "Rule can't be deleted since it has targets."
            raise RefusalError("EventBridge", "DeleteRule", "ValidationException", message)
        if targets:
            client.remove_targets(Rule=name, Ids=[item["Id"] for item in targets], **where)
        client.delete_rule(Name=name, **where)


class EventTarget(Handler):
    """Where a rule's events go."""

    label = "EventBridge Target"
    defaults: ClassVar = {"eventBusName": "default"}
    computed = frozenset({"targetId"})
    NAMES: ClassVar = {
        "arn": "Arn",
        "input": "Input",
        "inputPath": "InputPath",
        "roleArn": "RoleArn",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return self._wrong_region(inputs, region)

    def _wrong_region(self, inputs: Properties, region: str) -> list[CheckFailure]:
        """Only an event bus may be in another region than its rule.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
        """
        arn = inputs.get("arn")
        parts = arn.split(":") if isinstance(arn, str) else []
        if len(parts) < 6 or parts[3] in ("", region) or parts[5].startswith("event-bus/"):
            return []
        reason = f"{arn} is in {parts[3]}, its rule in {region}: only an event bus may be elsewhere"
        return [failure("arn", reason)]

    def create(self, account: Account, inputs: Properties) -> str:
        target = str(inputs.get("targetId") or f"terraform-{secrets.token_hex(13)}")
        self._put(account, target, inputs)
        bus = inputs.get("eventBusName") or "default"
        own = "" if bus == "default" else f"{bus}-"
        return f"{own}{inputs['rule']}-{target}"

    def _put(self, account: Account, target: str, inputs: Properties) -> None:
        wanted = to_aws(inputs, self.NAMES) | {"Id": target}
        if inputs.get("inputTransformer"):
            transformer = inputs["inputTransformer"]
            wanted["InputTransformer"] = {
                "InputTemplate": transformer["inputTemplate"],
                "InputPathsMap": transformer.get("inputPaths") or {},
            }
        if (inputs.get("deadLetterConfig") or {}).get("arn"):
            wanted["DeadLetterConfig"] = {"Arn": inputs["deadLetterConfig"]["arn"]}
        if inputs.get("retryPolicy"):
            names = {"maximumEventAgeInSeconds": "MaximumEventAgeInSeconds"}
            names["maximumRetryAttempts"] = "MaximumRetryAttempts"
            wanted["RetryPolicy"] = to_aws(inputs["retryPolicy"], names)
        if inputs.get("sqsTarget"):
            group = inputs["sqsTarget"].get("messageGroupId")
            wanted["SqsParameters"] = {"MessageGroupId": group}
        answer = account.client("events").put_targets(
            Rule=inputs["rule"],
            EventBusName=inputs.get("eventBusName") or "default",
            Targets=[wanted],
        )
        if answer.get("FailedEntryCount"):
            failed = answer["FailedEntries"][0]
            raise RefusalError(
                "EventBridge", "PutTargets", failed["ErrorCode"], failed["ErrorMessage"]
            )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if not known.get("rule"):
            return None
        bus = known.get("eventBusName") or "default"
        try:
            answer = account.client("events").list_targets_by_rule(
                Rule=known["rule"], EventBusName=bus
            )
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        for target in answer["Targets"]:
            if id_.endswith(f"{known['rule']}-{target['Id']}"):
                return from_aws(target, self.NAMES) | {
                    "rule": known["rule"],
                    "eventBusName": bus,
                    "targetId": target["Id"],
                }
        return None

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._put(account, olds["targetId"], news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("events").remove_targets(
            Rule=known["rule"],
            EventBusName=known.get("eventBusName") or "default",
            Ids=[known["targetId"]],
        )


class MetricAlarm(Handler):
    """An alarm on one metric."""

    label = "CloudWatch Metric Alarm"
    defaults: ClassVar = {"actionsEnabled": True, "treatMissingData": "missing"}
    computed = frozenset({"evaluateLowSampleCountPercentiles"})
    NAMES: ClassVar = {
        "actionsEnabled": "ActionsEnabled",
        "alarmActions": "AlarmActions",
        "alarmDescription": "AlarmDescription",
        "comparisonOperator": "ComparisonOperator",
        "datapointsToAlarm": "DatapointsToAlarm",
        "evaluationPeriods": "EvaluationPeriods",
        "extendedStatistic": "ExtendedStatistic",
        "insufficientDataActions": "InsufficientDataActions",
        "metricName": "MetricName",
        "namespace": "Namespace",
        "okActions": "OKActions",
        "period": "Period",
        "statistic": "Statistic",
        "threshold": "Threshold",
        "treatMissingData": "TreatMissingData",
        "unit": "Unit",
    }

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs["name"])
        if self._described(account, name) is not None:
            message = f"an alarm named {name} exists; PutMetricAlarm would overwrite it"
            raise RefusalError("CloudWatch", "PutMetricAlarm", "ResourceAlreadyExists", message)
        self._put(account, name, inputs)
        return name

    def _put(self, account: Account, name: str, inputs: Properties) -> None:
        parameters = to_aws(self.defaults | inputs, self.NAMES)
        if inputs.get("dimensions"):
            parameters["Dimensions"] = [
                {"Name": key, "Value": value} for key, value in inputs["dimensions"].items()
            ]
        tags = tag_list(wanted_tags(inputs))
        account.client("cloudwatch").put_metric_alarm(AlarmName=name, Tags=tags, **parameters)

    def _described(self, account: Account, name: str) -> dict[str, Any] | None:
        answer = account.client("cloudwatch").describe_alarms(AlarmNames=[name])
        return dict(answer["MetricAlarms"][0]) if answer["MetricAlarms"] else None

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        alarm = self._described(account, id_)
        if alarm is None:
            return None
        arn = alarm["AlarmArn"]
        tags = account.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"]
        dimensions = {item["Name"]: item["Value"] for item in alarm.get("Dimensions") or ()}
        return from_aws(alarm, self.NAMES) | {
            "arn": arn,
            "name": id_,
            "dimensions": dimensions,
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._put(account, id_, news)
        client = account.client("cloudwatch")
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(ResourceARN=olds["arn"], TagKeys=to_remove)
        if to_set:
            client.tag_resource(ResourceARN=olds["arn"], Tags=tag_list(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("cloudwatch").delete_alarms(AlarmNames=[id_])


HANDLERS: dict[str, Handler] = {
    "aws:cloudwatch/eventRule:EventRule": EventRule(),
    "aws:cloudwatch/eventTarget:EventTarget": EventTarget(),
    "aws:cloudwatch/metricAlarm:MetricAlarm": MetricAlarm(),
}
