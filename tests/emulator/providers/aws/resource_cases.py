"""One case per resource type: how to make one, an update, and a change that replaces it."""

from __future__ import annotations

import json

from tests.emulator.providers.aws.network_cases import NETWORK_CASES, TAGS, Case
from tests.emulator.providers.aws.preparations import (
    CODE,
    KEY_POLICY,
    OTHER_CODE,
    OTHER_KEY_POLICY,
    OTHER_RESOURCE_POLICY,
    RESOURCE_POLICY,
    Inputs,
    bucket,
    bucket_logging,
    bucket_with_acls,
    environment,
    event_target,
    function,
    key,
    managed_policy,
    permission,
    queue,
    record,
    redrive,
    role,
    secret,
    statement,
    subscription,
    topic,
    trail,
    trust,
    user,
    zone,
)

RULE: Inputs = {
    "id": "old",
    "status": "Enabled",
    "filter": {"prefix": "logs/"},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    "noncurrentVersionExpiration": {"noncurrentDays": 30},
}
ENCRYPTED = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
ALARM: Inputs = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricName": "CPUUtilization",
    "namespace": "AWS/RDS",
    "period": 60,
    "statistic": "Average",
    "threshold": 80,
}
SESSION = json.dumps({"schemaVersion": "1.0", "description": "a", "sessionType": "Port"})

CASES: dict[str, Case] = NETWORK_CASES | {
    "aws:iam/role:Role": (
        lambda driver: {"assumeRolePolicy": trust("ec2")},
        {"assumeRolePolicy": trust("rds")},
        {"path": "/other/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        lambda driver: {"role": role(driver).id, "policy": statement()},
        {"policy": statement(Action="s3:PutObject")},
        {"role": "other"},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        lambda driver: {"role": role(driver).id, "policyArn": managed_policy(driver)},
        {},
        {"role": "other"},
    ),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": (
        lambda driver: {"roleName": role(driver).id, "policyNames": []},
        {},
        {"roleName": "other"},
    ),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": (
        lambda driver: {"roleName": role(driver).id, "policyArns": []},
        {},
        {"roleName": "other"},
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        lambda driver: {"role": role(driver).id},
        TAGS,
        {"path": "/other/"},
    ),
    "aws:iam/policy:Policy": (
        lambda driver: {"policy": statement()},
        {"policy": statement(Action="s3:PutObject")},
        {"description": "another"},
    ),
    "aws:iam/user:User": (lambda driver: {}, TAGS, {"name": "other"}),
    "aws:iam/userPolicy:UserPolicy": (
        lambda driver: {"user": user(driver), "policy": statement()},
        {"policy": statement(Action="s3:PutObject")},
        {"user": "other"},
    ),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": (
        lambda driver: {"user": user(driver), "policyArn": managed_policy(driver)},
        {},
        {"user": "other"},
    ),
    "aws:iam/group:Group": (lambda driver: {}, {}, {"name": "other"}),
    "aws:iam/groupPolicy:GroupPolicy": (
        lambda driver: {
            "group": driver.create("aws:iam/group:Group").id,
            "policy": statement(),
        },
        {"policy": statement(Action="s3:PutObject")},
        {"group": "other"},
    ),
    "aws:iam/accessKey:AccessKey": (
        lambda driver: {"user": user(driver)},
        {"status": "Inactive"},
        {"user": "other"},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        lambda driver: {"url": "https://ci.example.com", "clientIdLists": ["sts.amazonaws.com"]},
        TAGS,
        {"url": "https://other.example.com"},
    ),
    "aws:kms/key:Key": (
        lambda driver: {"description": "a", "enableKeyRotation": True},
        {"description": "b"},
        {"keyUsage": "SIGN_VERIFY"},
    ),
    "aws:kms/keyPolicy:KeyPolicy": (
        lambda driver: {"keyId": key(driver).id, "policy": KEY_POLICY},
        {"policy": OTHER_KEY_POLICY},
        {},
    ),
    "aws:kms/alias:Alias": (
        lambda driver: {"targetKeyId": key(driver)["arn"]},
        {},
        {"name": "alias/other"},
    ),
    "aws:s3/bucket:Bucket": (lambda driver: dict(TAGS), {"tags": {}}, {"bucket": "another-name"}),
    "aws:s3/bucketV2:BucketV2": (lambda driver: {}, TAGS, {"bucket": "another-name"}),
    "aws:s3/bucketPolicy:BucketPolicy": (
        lambda driver: {"bucket": bucket(driver), "policy": RESOURCE_POLICY},
        {"policy": OTHER_RESOURCE_POLICY},
        {"bucket": "other"},
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        lambda driver: {"bucket": bucket(driver), "blockPublicAcls": True},
        {"blockPublicPolicy": True},
        {"bucket": "other"},
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (
        lambda driver: {
            "bucket": bucket(driver),
            "versioningConfiguration": {"status": "Enabled"},
        },
        {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other"},
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        lambda driver: {"bucket": bucket(driver), "rules": [ENCRYPTED]},
        {"rules": [ENCRYPTED | {"bucketKeyEnabled": True}]},
        {"bucket": "other"},
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        lambda driver: {
            "bucket": bucket(driver),
            "rule": {"objectOwnership": "BucketOwnerEnforced"},
        },
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other"},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        lambda driver: {"bucket": bucket(driver), "rules": [RULE]},
        {"rules": [RULE | {"expiration": {"days": 9}}]},
        {"bucket": "other"},
    ),
    "aws:s3/bucketLogging:BucketLogging": (
        bucket_logging,
        {"targetPrefix": "b/"},
        {"bucket": "other"},
    ),
    "aws:s3/bucketNotification:BucketNotification": (
        lambda driver: {
            "bucket": bucket(driver),
            "queues": [
                {
                    "id": "new",
                    "queueArn": queue(driver)["arn"],
                    "events": ["s3:ObjectCreated:*"],
                    "filterPrefix": "data/",
                }
            ],
        },
        {"eventbridge": True},
        {"bucket": "other"},
    ),
    "aws:s3/bucketAcl:BucketAcl": (
        lambda driver: {"bucket": bucket_with_acls(driver), "acl": "private"},
        {"acl": "log-delivery-write"},
        {"bucket": "other"},
    ),
    "aws:s3/bucketObject:BucketObject": (
        lambda driver: {"bucket": bucket(driver), "key": "a", "content": "one"},
        {"content": "two"},
        {"key": "b"},
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": (
        lambda driver: {"bucket": bucket(driver), "key": "a", "source": CODE},
        {"source": OTHER_CODE},
        {"key": "b"},
    ),
    "aws:secretsmanager/secret:Secret": (
        lambda driver: {"recoveryWindowInDays": 0},
        {"description": "b"},
        {"name": "other"},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": (
        lambda driver: {"secretId": secret(driver), "secretString": "hush"},
        {},
        {"secretString": "hushed"},
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": (
        lambda driver: {"secretArn": secret(driver), "policy": RESOURCE_POLICY},
        {"policy": OTHER_RESOURCE_POLICY},
        {"secretArn": "other"},
    ),
    "aws:sns/topic:Topic": (lambda driver: {}, {"displayName": "D"}, {"name": "other"}),
    "aws:sns/topicPolicy:TopicPolicy": (
        lambda driver: {"arn": topic(driver), "policy": RESOURCE_POLICY},
        {"policy": OTHER_RESOURCE_POLICY},
        {"arn": "other"},
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        subscription,
        {"rawMessageDelivery": True},
        {"endpoint": "other"},
    ),
    "aws:sqs/queue:Queue": (
        lambda driver: {"visibilityTimeoutSeconds": 60},
        {"messageRetentionSeconds": 86400},
        {"name": "other"},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (
        lambda driver: {"queueUrl": queue(driver).id, "policy": RESOURCE_POLICY},
        {"policy": OTHER_RESOURCE_POLICY},
        {"queueUrl": "other"},
    ),
    "aws:sqs/redrivePolicy:RedrivePolicy": (redrive, {}, {"queueUrl": "other"}),
    "aws:lambda/function:Function": (function, {"code": OTHER_CODE}, {"name": "other"}),
    "aws:lambda/permission:Permission": (permission, {}, {"principal": "s3.amazonaws.com"}),
    "aws:cloudwatch/logGroup:LogGroup": (
        lambda driver: {"retentionInDays": 30},
        {"retentionInDays": 90},
        {"name": "other"},
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        lambda driver: {"policyName": "p", "policyDocument": RESOURCE_POLICY},
        {"policyDocument": OTHER_RESOURCE_POLICY},
        {"policyName": "other"},
    ),
    "aws:cloudwatch/eventRule:EventRule": (
        lambda driver: {"eventPattern": '{"source": ["aws.ec2"]}'},
        {"description": "d"},
        {"name": "other"},
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        event_target,
        {"input": '{"a": 1}'},
        {"targetId": "two"},
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        lambda driver: dict(ALARM),
        {"threshold": 90},
        {"name": "other"},
    ),
    "aws:ssm/parameter:Parameter": (
        lambda driver: {"type": "String", "value": "one"},
        {"value": "two"},
        {"name": "other"},
    ),
    "aws:ssm/document:Document": (
        lambda driver: {"documentType": "Session", "content": SESSION},
        {"content": SESSION.replace('"a"', '"b"')},
        {"name": "other"},
    ),
    "aws:route53/zone:Zone": (zone, {"comment": "another"}, {"name": "other.internal"}),
    "aws:route53/record:Record": (
        record,
        {"records": ["two.example.com"]},
        {"name": "reader.stage.internal"},
    ),
    "aws:cloudtrail/trail:Trail": (trail, {"enableLogging": False} | TAGS, {"name": "other"}),
    "aws:mwaa/environment:Environment": (
        environment,
        {"maxWorkers": 5},
        {"airflowVersion": "3.0.6"},
    ),
}
