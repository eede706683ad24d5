"""SQS: queues by name or address.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from moto.sqs.models import sqs_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need
from emulator.cloud.authorization.services.kms import key_need

BATCHES: Final = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
KEY_USES: Final = {"SendMessage": ("GenerateDataKey", "Decrypt"), "ReceiveMessage": ("Decrypt",)}
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"""


def find_queue(name: str, account_id: str, region: str) -> Any | None:
    """Moto's queue of a name."""
    try:
        return sqs_backends[account_id][region].queues.get(name)
    except KeyError:  # no such region
        return None


def needs(call: Call) -> Iterable[Need]:
    """What a call of SQS needs."""
    action = BATCHES.get(call.operation, call.operation)
    url = call.text("QueueUrl")
    name, account_id = call.text("QueueName"), call.text("QueueOwnerAWSAccountId")
    if url:
        account_id, name = urlsplit(url).path.strip("/").rpartition("/")[::2]
    if call.text("SourceArn"):
        yield Need(action=f"sqs:{action}", resource=call.text("SourceArn"))
        return
    if not name:
        yield Need(action=f"sqs:{action}", resource=ANYTHING)
        return
    account_id = account_id if account_id.isdigit() else call.account_id
    arn = f"arn:aws:sqs:{call.region}:{account_id}:{name}"
    queue = find_queue(name, account_id, call.region)
    tags = dict(queue.tags) if queue is not None else {}
    yield Need(
        action=f"sqs:{action}",
        resource=arn,
        context={f"aws:resourcetag/{key.lower()}": value for key, value in tags.items()},
    )
    key_id = getattr(queue, "kms_master_key_id", None)
    for use in KEY_USES.get(action, ()) if key_id else ():
        need = key_need(
            call,
            use,
            str(key_id),
            via="sqs",
            region=call.region,
            encryption={"aws:sqs:arn": arn},
        )
        if need is not None:
            yield need
