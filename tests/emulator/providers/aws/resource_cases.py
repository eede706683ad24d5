"""One case per resource type: how to make one, an update, and a change that replaces it.

A case is a function that makes what the resource needs and returns its inputs; UPDATES and
REPLACEMENTS change one property of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulator.values import Archive, Asset
from tests.emulator.providers.aws.resource_driver import Driver

Inputs = dict[str, Any]
Case = tuple[Callable[[Driver], Inputs], Inputs, Inputs]
"""Inputs, an update in place (empty: the type has none), a change that replaces (likewise)."""


def statement(**extra: Any) -> str:
    base = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [base | extra]})


def trust(*services: str) -> str:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    item = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [item]})


RESOURCE_POLICY = statement(Principal={"AWS": "arn:aws:iam::123456789012:root"})
OTHER_RESOURCE_POLICY = statement(
    Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="s3:PutObject"
)
CODE = Archive(sha256="one", assets=(("app.py", Asset(text="def handle(e, c): return 1")),))
OTHER_CODE = Archive(sha256="two", assets=(("app.py", Asset(text="def handle(e, c): return 2")),))


def vpc(driver: Driver) -> str:
    return driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16").id


def subnets(driver: Driver, vpc_id: str) -> list[str]:
    return [
        driver.create(
            "aws:ec2/subnet:Subnet",
            vpcId=vpc_id,
            cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=f"eu-west-1{zone}",
        ).id
        for number, zone in enumerate("ab")
    ]


def group(driver: Driver, vpc_id: str) -> str:
    return driver.create("aws:ec2/securityGroup:SecurityGroup", vpcId=vpc_id).id


def role(driver: Driver, *services: str) -> Any:
    return driver.create("aws:iam/role:Role", assumeRolePolicy=trust(*(services or ("ec2",))))


def bucket(driver: Driver) -> str:
    return driver.create("aws:s3/bucket:Bucket", forceDestroy=True).id


def topic(driver: Driver) -> str:
    return driver.create("aws:sns/topic:Topic").id


def queue(driver: Driver) -> Any:
    return driver.create("aws:sqs/queue:Queue")


def user(driver: Driver) -> str:
    return driver.create("aws:iam/user:User", forceDestroy=True).id


def key(driver: Driver) -> Any:
    return driver.create("aws:kms/key:Key")


def gateway(driver: Driver, vpc_id: str) -> str:
    return driver.create("aws:ec2/internetGateway:InternetGateway", vpcId=vpc_id).id


def table(driver: Driver, vpc_id: str) -> str:
    return driver.create("aws:ec2/routeTable:RouteTable", vpcId=vpc_id).id


def route(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    target = gateway(driver, vpc_id)
    return {
        "routeTableId": table(driver, vpc_id),
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": target,
    }


def nat_gateway(driver: Driver) -> Inputs:
    subnet_id = subnets(driver, vpc(driver))[0]
    return {"subnetId": subnet_id, "allocationId": driver.create("aws:ec2/eip:Eip").id}


def endpoint(driver: Driver) -> Inputs:
    return {"vpcId": vpc(driver), "serviceName": "com.amazonaws.eu-west-1.s3"}


def route_table_association(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    return {"subnetId": subnets(driver, vpc_id)[0], "routeTableId": table(driver, vpc_id)}


def main_association(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    return {"vpcId": vpc_id, "routeTableId": table(driver, vpc_id)}


def endpoint_association(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    made = driver.create(
        "aws:ec2/vpcEndpoint:VpcEndpoint", vpcId=vpc_id, serviceName="com.amazonaws.eu-west-1.s3"
    )
    return {"vpcEndpointId": made.id, "routeTableId": table(driver, vpc_id)}


def flow_log(driver: Driver) -> Inputs:
    logs = driver.create("aws:cloudwatch/logGroup:LogGroup")
    return {
        "vpcId": vpc(driver),
        "logDestination": logs["arn"],
        "iamRoleArn": role(driver, "vpc-flow-logs")["arn"],
    }


def rule(driver: Driver) -> Inputs:
    return {
        "securityGroupId": group(driver, vpc(driver)),
        "ipProtocol": "tcp",
        "fromPort": 5432,
        "toPort": 5432,
        "cidrIpv4": "10.0.0.0/16",
    }


def peering(driver: Driver) -> Inputs:
    other = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.1.0.0/16").id
    return {"vpcId": vpc(driver), "peerVpcId": other, "autoAccept": True}


def network_acl(driver: Driver) -> Inputs:
    allow = {"ruleNo": 100, "protocol": "tcp", "action": "allow", "cidrBlock": "0.0.0.0/0"}
    return {"vpcId": vpc(driver), "ingress": [allow | {"fromPort": 80, "toPort": 80}]}


def machine(driver: Driver) -> Inputs:
    image = driver.provider.invoke("aws:ec2/getAmi:getAmi", {"mostRecent": True})
    return {"ami": image["id"], "instanceType": "t3.micro"}


def database(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    subnet_group = driver.create(
        "aws:rds/subnetGroup:SubnetGroup", subnetIds=subnets(driver, vpc_id)
    )
    return {
        "engine": "postgres",
        "engineVersion": "18",
        "instanceClass": "db.t4g.micro",
        "allocatedStorage": 20,
        "username": "master",
        "password": "not-a-secret-1",
        "dbSubnetGroupName": subnet_group.id,
        "vpcSecurityGroupIds": [group(driver, vpc_id)],
        "skipFinalSnapshot": True,
    }


def environment(driver: Driver) -> Inputs:
    vpc_id = vpc(driver)
    subnet_ids = subnets(driver, vpc_id)
    bucket_name = bucket(driver)
    driver.create(
        "aws:s3/bucketVersioning:BucketVersioning",
        bucket=bucket_name,
        versioningConfiguration={"status": "Enabled"},
    )
    requirements = driver.create(
        "aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket_name, key="r.txt", content="a==1"
    )
    return {
        "dagS3Path": "dags",
        "sourceBucketArn": f"arn:aws:s3:::{bucket_name}",
        "executionRoleArn": role(driver, "airflow", "airflow-env")["arn"],
        "networkConfiguration": {
            "subnetIds": subnet_ids,
            "securityGroupIds": [group(driver, vpc_id)],
        },
        "requirementsS3Path": "r.txt",
        "requirementsS3ObjectVersion": requirements["versionId"],
        "airflowVersion": "2.11.0",
        "loggingConfiguration": {"taskLogs": {"enabled": True, "logLevel": "INFO"}},
    }


def managed_policy(driver: Driver) -> str:
    return driver.create("aws:iam/policy:Policy", policy=statement()).id


def subscription(driver: Driver) -> Inputs:
    return {"topic": topic(driver), "protocol": "sqs", "endpoint": queue(driver)["arn"]}


def redrive(driver: Driver) -> Inputs:
    dead = queue(driver)["arn"]
    text = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 4})
    return {"queueUrl": queue(driver).id, "redrivePolicy": text}


def function(driver: Driver) -> Inputs:
    return {
        "role": role(driver, "lambda")["arn"],
        "runtime": "python3.12",
        "handler": "app.handle",
        "code": CODE,
        "environment": {"variables": {"A": "B"}},
    }


def permission(driver: Driver) -> Inputs:
    made = driver.create("aws:lambda/function:Function", **function(driver))
    return {
        "function": made.id,
        "action": "lambda:InvokeFunction",
        "principal": "sns.amazonaws.com",
        "sourceArn": topic(driver),
    }


def event_target(driver: Driver) -> Inputs:
    made = driver.create("aws:cloudwatch/eventRule:EventRule", scheduleExpression="rate(5 minutes)")
    return {"rule": made.id, "arn": topic(driver), "targetId": "one"}


def bucket_logging(driver: Driver) -> Inputs:
    target = bucket(driver)
    allow = statement(
        Principal={"Service": "logging.s3.amazonaws.com"},
        Action="s3:PutObject",
        Resource=f"arn:aws:s3:::{target}/*",
    )
    driver.create("aws:s3/bucketPolicy:BucketPolicy", bucket=target, policy=allow)
    return {"bucket": bucket(driver), "targetBucket": target, "targetPrefix": "a/"}


def secret(driver: Driver) -> str:
    return driver.create("aws:secretsmanager/secret:Secret", recoveryWindowInDays=0).id


TAGS: Inputs = {"tags": {"owner": "data"}}
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

CASES: dict[str, Case] = {
    "aws:ec2/vpc:Vpc": (
        lambda driver: {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True} | TAGS,
        {"tags": {"owner": "other"}},
        {"cidrBlock": "10.1.0.0/16"},
    ),
    "aws:ec2/subnet:Subnet": (
        lambda driver: {"vpcId": vpc(driver), "cidrBlock": "10.0.0.0/24"},
        {"mapPublicIpOnLaunch": True},
        {"cidrBlock": "10.0.1.0/24"},
    ),
    "aws:ec2/internetGateway:InternetGateway": (lambda driver: {"vpcId": vpc(driver)}, TAGS, {}),
    "aws:ec2/routeTable:RouteTable": (
        lambda driver: {"vpcId": vpc(driver)},
        TAGS,
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/route:Route": (route, {}, {"destinationCidrBlock": "10.9.0.0/16"}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        route_table_association,
        {},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": (
        main_association,
        {},
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/eip:Eip": (lambda driver: {"domain": "vpc"}, TAGS, {"domain": "standard"}),
    "aws:ec2/natGateway:NatGateway": (nat_gateway, TAGS, {"subnetId": "subnet-0"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (endpoint, TAGS, {"vpcId": "vpc-0"}),
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": (
        endpoint_association,
        {},
        {"routeTableId": "rtb-0"},
    ),
    "aws:ec2/flowLog:FlowLog": (flow_log, TAGS, {"trafficType": "REJECT"}),
    "aws:ec2/securityGroup:SecurityGroup": (
        lambda driver: {"vpcId": vpc(driver), "description": "d"},
        {"ingress": [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "self": True}]},
        {"description": "another"},
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        lambda driver: {
            "securityGroupId": group(driver, vpc(driver)),
            "type": "egress",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrBlocks": ["0.0.0.0/0"],
        },
        {},
        {"toPort": 444},
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        rule,
        {"toPort": 5433},
        {"securityGroupId": "sg-0"},
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        rule,
        {"cidrIpv4": "10.0.0.0/24"},
        {"securityGroupId": "sg-0"},
    ),
    "aws:ec2/networkAcl:NetworkAcl": (network_acl, TAGS, {"vpcId": "vpc-0"}),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": (peering, TAGS, {"peerVpcId": "vpc-0"}),
    "aws:ec2/instance:Instance": (machine, {"instanceType": "t3.small"}, {"ami": "ami-0"}),
    "aws:ebs/volume:Volume": (
        lambda driver: {"availabilityZone": "eu-west-1a", "size": 10},
        {"size": 20},
        {"availabilityZone": "eu-west-1b"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": (
        lambda driver: {"subnetIds": subnets(driver, vpc(driver))},
        TAGS,
        {"name": "other"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": (
        lambda driver: {
            "family": "postgres18",
            "parameters": [{"name": "rds.force_ssl", "value": "1"}],
        },
        {"parameters": [{"name": "rds.force_ssl", "value": "0"}]},
        {"family": "postgres17"},
    ),
    "aws:rds/instance:Instance": (
        database,
        {"backupRetentionPeriod": 14},
        {"storageEncrypted": True},
    ),
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
        lambda driver: {"keyId": key(driver).id, "policy": RESOURCE_POLICY},
        {"policy": OTHER_RESOURCE_POLICY},
        {"keyId": "other"},
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
    "aws:s3/bucketLogging:BucketLogging": (
        bucket_logging,
        {"targetPrefix": "b/"},
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
    "aws:mwaa/environment:Environment": (
        environment,
        {"maxWorkers": 5},
        {"airflowVersion": "3.0.6"},
    ),
}
