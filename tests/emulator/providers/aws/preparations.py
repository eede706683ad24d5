"""Makes what a resource of each type needs, and returns its inputs."""

from __future__ import annotations

import json
from typing import Any

from emulator.values import Archive, Asset
from tests.emulator.providers.aws.resource_driver import Driver

Inputs = dict[str, Any]


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
KEY_POLICY = statement(
    Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*", Resource="*"
)
OTHER_KEY_POLICY = statement(
    Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*", Resource="*", Sid="Other"
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


def bucket_with_acls(driver: Driver) -> str:
    name = bucket(driver)
    driver.create(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        bucket=name,
        rule={"objectOwnership": "BucketOwnerPreferred"},
    )
    return name


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


def zone(driver: Driver) -> Inputs:
    return {"name": "stage.internal", "vpcs": [{"vpcId": vpc(driver)}]}


def record(driver: Driver) -> Inputs:
    made = driver.create("aws:route53/zone:Zone", **zone(driver))
    return {
        "zoneId": made.id,
        "name": "server.stage.internal",
        "type": "CNAME",
        "ttl": 60,
        "records": ["one.example.com"],
    }


def trail(driver: Driver) -> Inputs:
    name = bucket(driver)
    service = {"Service": "cloudtrail.amazonaws.com"}
    driver.create(
        "aws:s3/bucketPolicy:BucketPolicy",
        bucket=name,
        policy=statement(
            Principal=service, Action="s3:PutObject", Resource=f"arn:aws:s3:::{name}/*"
        ),
    )
    return {"name": "audit", "s3BucketName": name, "isMultiRegionTrail": True}


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
    return {
        "ami": image["id"],
        "instanceType": "t3.micro",
        "iamInstanceProfile": driver.create(
            "aws:iam/instanceProfile:InstanceProfile", role=role(driver).id
        ).id,
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "rootBlockDevice": {"encrypted": True, "volumeType": "gp3"},
    }


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
