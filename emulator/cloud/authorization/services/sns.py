"""SNS: topics and subscriptions to them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.sns.models import sns_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need
from emulator.cloud.authorization.services.kms import key_need

TOPIC_PARTS = 6
"""Of a topic's ARN."""


def find_topic(arn: str) -> Any | None:
    """Moto's topic of an ARN."""
    parts = arn.split(":")
    if len(parts) < TOPIC_PARTS:
        return None
    try:
        return sns_backends[parts[4]][parts[3]].topics.get(arn)
    except KeyError:  # no such region
        return None


def needs(call: Call) -> Iterable[Need]:
    """What a call of SNS needs."""
    action = "Publish" if call.operation == "PublishBatch" else call.operation
    arn = call.text("TopicArn", "TargetArn", "ResourceArn")
    if call.operation == "CreateTopic":
        arn = call.arn(call.text("Name"))
    topic = find_topic(arn)
    tags = dict(topic._tags) if topic is not None else {}
    context: dict[str, str | tuple[str, ...]] = {
        f"aws:resourcetag/{key.lower()}": value for key, value in tags.items()
    }
    for parameter in ("Protocol", "Endpoint"):
        if call.text(parameter):
            context[f"sns:{parameter.lower()}"] = call.text(parameter)
    yield Need(action=f"sns:{action}", resource=arn or ANYTHING, context=context)
    key_id = getattr(topic, "kms_master_key_id", None)
    if action != "Publish" or not key_id:
        return
    for use in ("GenerateDataKey", "Decrypt"):
        need = key_need(
            call,
            use,
            str(key_id),
            via="sns",
            region=call.region,
            encryption={"aws:sns:topicarn": arn},
        )
        if need is not None:
            yield need
