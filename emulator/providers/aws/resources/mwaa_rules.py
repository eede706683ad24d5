"""What MWAA refuses of an environment.

Bucket: https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-s3-bucket.html (versioned, all public
access blocked). Network: https://docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html
(two private subnets in two zones). Classes and counts:
https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import failure
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

CLASSES: Final = ("mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge")
MOST_WORKERS: Final = 25
FILES: Final = {
    "requirementsS3Path": "requirementsS3ObjectVersion",
    "pluginsS3Path": "pluginsS3ObjectVersion",
    "startupScriptS3Path": "startupScriptS3ObjectVersion",
}


def refuse(operation: str, message: str) -> RefusalError:
    """MWAA's refusal of a request."""
    return RefusalError("MWAA", operation, "ValidationException", message)


def class_failures(known: Properties) -> list[CheckFailure]:
    """What is wrong with an environment's class and the numbers of its parts."""
    found = []
    size = known.get("environmentClass", "mw1.small")
    if size not in CLASSES:
        found.append(failure("environmentClass", f'"{size}"; allowed: {", ".join(CLASSES)}'))
    micro = size == "mw1.micro"
    least, most = known.get("minWorkers", 1), known.get("maxWorkers", 1 if micro else 10)
    if least > most:
        found.append(failure("minWorkers", f"{least} is more than maxWorkers ({most})"))
    if not 1 <= most <= MOST_WORKERS:
        found.append(failure("maxWorkers", f"got {most}, allowed: 1 to {MOST_WORKERS}"))
    counts = {"schedulers": (2, 5), "minWebservers": (2, 5), "maxWebservers": (2, 5)}
    for name, (lowest, highest) in counts.items() if not micro else ():
        value = known.get(name)
        if value is not None and not lowest <= value <= highest:
            found.append(failure(name, f"got {value}, allowed for {size}: {lowest} to {highest}"))
    if micro:
        wrong = {name for name in counts if known.get(name, 1) != 1}
        found += [failure(name, f"got {known[name]}, allowed for {size}: 1") for name in wrong]
    return found


def require_role(account: Account, operation: str, arn: str) -> None:
    """The execution role exists and lets MWAA assume it."""
    try:
        role = account.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except ClientError:
        raise refuse(operation, f"Execution role {arn} does not exist") from None
    trusted = json.dumps(role["AssumeRolePolicyDocument"])
    missing = [
        service
        for service in ("airflow.amazonaws.com", "airflow-env.amazonaws.com")
        if f'"{service}"' not in trusted
    ]
    if missing:
        message = f"{', '.join(missing)} must be allowed to assume the execution role {arn}"
        raise refuse(operation, message)


def require_bucket(account: Account, operation: str, inputs: Properties) -> None:
    """The bucket exists, is versioned and not public, and has the files at their versions."""
    client = account.client("s3")
    bucket = inputs["sourceBucketArn"].rpartition(":::")[2]
    try:
        versioning = client.get_bucket_versioning(Bucket=bucket).get("Status")
    except ClientError as error:
        raise refuse(operation, f"Bucket {bucket} does not exist ({error})") from None
    if versioning != "Enabled":
        raise refuse(operation, f"Versioning is not enabled on bucket {bucket}")
    try:
        block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError:
        block = {}
    if not (block.get("BlockPublicAcls") and block.get("BlockPublicPolicy")):
        message = f"Bucket {bucket} must block public access (all four settings)"
        raise refuse(operation, message)
    for path, version in FILES.items():
        if inputs.get(path):
            asked = {"VersionId": inputs[version]} if inputs.get(version) else {}
            try:
                client.head_object(Bucket=bucket, Key=inputs[path], **asked)
            except ClientError:
                at = f" at version {inputs[version]}" if asked else ""
                message = f"Unable to read {inputs[path]} in bucket {bucket}{at}"
                raise refuse(operation, message) from None


def require_network(account: Account, operation: str, network: Properties) -> None:
    """Two private subnets of one VPC in two zones, and groups of that VPC."""
    ec2 = account.client("ec2")
    subnets = ec2.describe_subnets(SubnetIds=network["subnetIds"])["Subnets"]
    if len({subnet["AvailabilityZone"] for subnet in subnets}) != 2:
        raise refuse(operation, "Subnets must be in two different availability zones")
    vpc_ids = {subnet["VpcId"] for subnet in subnets}
    if len(vpc_ids) != 1:
        raise refuse(operation, "Subnets must be in one VPC")
    for subnet in subnets:
        if _is_public(ec2, subnet):
            message = (
                f"Subnet {subnet['SubnetId']} is public: its route table leads to the internet"
            )
            raise refuse(operation, message)
    groups = ec2.describe_security_groups(GroupIds=network["securityGroupIds"])["SecurityGroups"]
    for group in groups:
        if group.get("VpcId") not in vpc_ids:
            message = f"Security group {group['GroupId']} is not in {', '.join(vpc_ids)}"
            raise refuse(operation, message)


def _is_public(ec2: Any, subnet: dict[str, Any]) -> bool:
    own = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
    main = [
        {"Name": "vpc-id", "Values": [subnet["VpcId"]]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    tables = tables or ec2.describe_route_tables(Filters=main)["RouteTables"]
    return any(
        str(route.get("GatewayId", "")).startswith("igw-")
        for table in tables
        for route in table["Routes"]
    )
