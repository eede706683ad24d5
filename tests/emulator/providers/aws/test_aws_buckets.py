"""What buckets tell of their objects, and who is let in by their access control lists."""

from __future__ import annotations

import json

from tests.emulator.providers.aws import preparations as prepare
from tests.emulator.providers.aws.resource_driver import Driver
from tests.emulator.providers.aws.test_aws_refusals import refused

NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
ACL = "aws:s3/bucketAcl:BucketAcl"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def test_a_queue_hears_of_new_objects_until_the_notification_goes(driver: Driver) -> None:
    bucket, queue = prepare.bucket(driver), prepare.queue(driver)
    told = {"queueArn": queue["arn"], "events": ["s3:ObjectCreated:*"], "filterPrefix": "data/"}
    made = driver.create(NOTIFICATION, bucket=bucket, queues=[told])
    assert driver.diff(made, bucket=bucket, queues=[told]).changed == [], "the id is AWS's to give"
    client = driver.context.client("s3")
    for key in ("data/heard", "other/unheard"):
        client.put_object(Bucket=bucket, Key=key, Body=b"1")
    assert _heard(driver, queue["url"]) == ["data/heard"]
    driver.delete(made)
    client.put_object(Bucket=bucket, Key="data/late", Body=b"1")
    assert _heard(driver, queue["url"]) == []


def test_an_access_control_list_is_that_of_the_bucket(driver: Driver) -> None:
    bucket = prepare.bucket_with_acls(driver)
    driver.create(BLOCK, bucket=bucket, blockPublicAcls=False)
    made = driver.create(ACL, bucket=bucket, acl="private")
    client = driver.context.client("s3")
    assert len(client.get_bucket_acl(Bucket=bucket)["Grants"]) == 1
    driver.update(made, bucket=bucket, acl="public-read")
    (_, everybody) = client.get_bucket_acl(Bucket=bucket)["Grants"]
    assert (everybody["Permission"], everybody["Grantee"]["URI"].rsplit("/")[-1]) == (
        "READ",
        "AllUsers",
    )


def test_grants_are_given_one_by_one(driver: Driver) -> None:
    bucket = prepare.bucket_with_acls(driver)
    owner = {"id": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
    grantee = {"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    grants = [{"grantee": grantee, "permission": "WRITE"}]
    driver.create(ACL, bucket=bucket, accessControlPolicy={"owner": owner, "grants": grants})
    (grant,) = driver.context.client("s3").get_bucket_acl(Bucket=bucket)["Grants"]
    assert (grant["Grantee"]["URI"], grant["Permission"]) == (grantee["uri"], "WRITE")


def test_lists_are_refused_where_the_bucket_has_none_or_blocks_public_ones(driver: Driver) -> None:
    enforced = prepare.bucket(driver)
    assert "AccessControlListNotSupported" in refused(driver, ACL, bucket=enforced, acl="private")
    blocking = prepare.bucket_with_acls(driver)
    assert "BlockPublicAcls" in refused(driver, ACL, bucket=blocking, acl="public-read")
    driver.create(ACL, bucket=blocking, acl="private")
    assert "allowed: private" in driver.failures(ACL, bucket="a", acl="publik")["acl"]
    assert "is needed" in driver.failures(ACL, bucket="a")["acl"]


def _heard(driver: Driver, url: str) -> list[str]:
    """Keys of the objects that a queue has heard of; the test event of AWS's has none."""
    client = driver.context.client("sqs")
    found = []
    while messages := client.receive_message(QueueUrl=url).get("Messages"):
        for message in messages:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            records = json.loads(message["Body"]).get("Records", [])
            found += [record["s3"]["object"]["key"] for record in records]
    return [key.replace("%2F", "/") for key in found]
