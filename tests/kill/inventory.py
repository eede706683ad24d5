"""What stands in an emulated account, and what a stack's state says stands there.

Both as `type id` of Pulumi, so that they can be compared: what stands twice, what nobody knows of,
and what is known and gone. Types whose ids AWS lists under another name, or not at all, are left to
`preview --refresh`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import psycopg

from emulator.cloud import client, record
from emulator.cloud.client import Session
from emulator.cloud.postgres.template import SUPERUSER
from emulator.engine.resource_state import OperationKind, Snapshot
from emulator.home import Home

LISTED: Final = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:rds/instance:Instance",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:ssm/parameter:Parameter",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "postgresql:index/database:Database",
        "postgresql:index/role:Role",
    }
)
EC2: Final = (
    ("aws:ec2/eip:Eip", "describe_addresses", "Addresses", "AllocationId"),
    ("aws:ec2/flowLog:FlowLog", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    (
        "aws:ec2/internetGateway:InternetGateway",
        "describe_internet_gateways",
        "InternetGateways",
        "InternetGatewayId",
    ),
    ("aws:ec2/natGateway:NatGateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("aws:ec2/subnet:Subnet", "describe_subnets", "Subnets", "SubnetId"),
    ("aws:ec2/vpc:Vpc", "describe_vpcs", "Vpcs", "VpcId"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
)
MADE_BY_BOOTSTRAP: Final = ("_master", "_host_admin", "_host_roles")
"""Ends of the names of the roles that the server and its bootstrap make, which are no resources."""


@dataclass
class Inventory:
    """Looks at one account of one home's cloud."""

    home: Home
    account_id: str
    region: str
    _session: Session | None = None
    _cloud_id: str = ""
    _clients: dict[str, Any] = field(default_factory=dict)

    def standing(self) -> Counter[str]:
        """What stands, each as often as it does, without what every new account holds."""
        cloud = client.start(self.home)
        if cloud.id != self._cloud_id:
            self._session = cloud.session(self.account_id, self.region)
            self._cloud_id = cloud.id
            self._clients = {}
        return Counter(self._all())

    def delete_final_snapshots(self) -> None:
        """Delete what a teardown keeps on purpose, as whoever tears down a second time has to."""
        self.standing()
        rds = self._client("rds")
        for snapshot in rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]:
            rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot["DBSnapshotIdentifier"])

    def _client(self, service: str) -> Any:
        """A client, kept: making one takes longer than all its calls."""
        if service not in self._clients:
            assert self._session is not None
            environment = self._session.environment
            # boto3's own default session is not for threads.
            session = boto3.Session(
                region_name=self.region,
                aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            )
            self._clients[service] = session.client(
                service, endpoint_url=environment["AWS_ENDPOINT_URL"]
            )
        return self._clients[service]

    def _all(self) -> Iterator[str]:
        yield from self._network()
        yield from self._identities()
        yield from self._storage()
        yield from self._servers()
        yield from self._messages()

    def _network(self) -> Iterator[str]:
        ec2 = self._client("ec2")
        for type_, operation, key, id_ in EC2:
            for item in getattr(ec2, operation)()[key]:
                is_aws_own = item.get("IsDefault") or item.get("DefaultForAz")
                if item.get("State") not in ("deleted", "deleting") and not is_aws_own:
                    yield f"{type_} {item[id_]}"
        for table in ec2.describe_route_tables()["RouteTables"]:
            if not any(association["Main"] for association in table["Associations"]):
                yield f"aws:ec2/routeTable:RouteTable {table['RouteTableId']}"
        groups = ec2.describe_security_groups()["SecurityGroups"]
        own = {group["GroupId"] for group in groups if group["GroupName"] != "default"}
        yield from (f"aws:ec2/securityGroup:SecurityGroup {id_}" for id_ in own)
        for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
            kind = "Egress" if rule["IsEgress"] else "Ingress"
            if rule["GroupId"] in own:
                type_ = f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule"
                yield f"{type_} {rule['SecurityGroupRuleId']}"

    def _identities(self) -> Iterator[str]:
        iam, kms = self._client("iam"), self._client("kms")
        for role in iam.list_roles()["Roles"]:
            name = role["RoleName"]
            yield f"aws:iam/role:Role {name}"
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                yield f"aws:iam/rolePolicy:RolePolicy {name}:{policy}"
        aliases = kms.list_aliases()["Aliases"]
        # What AWS makes for a disk stays, as it does on AWS; moto says that it is a customer's.
        aws = {a.get("TargetKeyId") for a in aliases if a["AliasName"].startswith("alias/aws/")}
        for key in kms.list_keys()["Keys"]:
            if key["KeyId"] in aws:
                continue
            told = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if told["KeyManager"] == "CUSTOMER" and told["KeyState"] != "PendingDeletion":
                yield f"aws:kms/key:Key {key['KeyId']}"
        for alias in aliases:
            if not alias["AliasName"].startswith("alias/aws/"):
                yield f"aws:kms/alias:Alias {alias['AliasName']}"

    def _storage(self) -> Iterator[str]:
        s3, logs = self._client("s3"), self._client("logs")
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            yield f"aws:s3/bucket:Bucket {name}"
            for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
                yield f"aws:s3/bucketObjectv2:BucketObjectv2 {name}/{item['Key']}"
        for group in logs.describe_log_groups()["logGroups"]:
            yield f"aws:cloudwatch/logGroup:LogGroup {group['logGroupName']}"

    def _servers(self) -> Iterator[str]:
        rds = self._client("rds")
        for instance in rds.describe_db_instances()["DBInstances"]:
            yield f"aws:rds/instance:Instance {instance['DbiResourceId']}"
        for group in rds.describe_db_parameter_groups()["DBParameterGroups"]:
            if not group["DBParameterGroupName"].startswith("default."):
                yield f"aws:rds/parameterGroup:ParameterGroup {group['DBParameterGroupName']}"
        for group in rds.describe_db_subnet_groups()["DBSubnetGroups"]:
            yield f"aws:rds/subnetGroup:SubnetGroup {group['DBSubnetGroupName']}"
        for folder in record.temporary_folder(self.home).glob("servers/*/data"):
            yield from self._databases(str(folder.parent))

    def _databases(self, folder: str) -> Iterator[str]:
        """Databases and login roles of a server, seen by its superuser over its private socket."""
        with psycopg.connect(host=folder, user=SUPERUSER, dbname="postgres") as session:
            roles = session.execute(
                "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> current_user"
            ).fetchall()
            databases = session.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate"
                " AND datname NOT IN ('postgres', current_user)"
            ).fetchall()
        for (name,) in roles:
            if not name.endswith(MADE_BY_BOOTSTRAP):
                yield f"postgresql:index/role:Role {name}"
        for (name,) in databases:
            yield f"postgresql:index/database:Database {name}"

    def _messages(self) -> Iterator[str]:
        for topic in self._client("sns").list_topics()["Topics"]:
            yield f"aws:sns/topic:Topic {topic['TopicArn']}"
        for url in self._client("sqs").list_queues().get("QueueUrls", []):
            yield f"aws:sqs/queue:Queue {url}"
        for parameter in self._client("ssm").describe_parameters()["Parameters"]:
            yield f"aws:ssm/parameter:Parameter {parameter['Name']}"


def recorded(snapshots: list[Snapshot]) -> Counter[str]:
    """What states say stands, of the types that can be listed."""
    return Counter(
        f"{state.type} {state.id}"
        for snapshot in snapshots
        for state in snapshot.resources
        if state.type in LISTED and not state.pending_replacement and not state.external
    )


def differences(standing: Counter[str], snapshots: list[Snapshot]) -> list[str]:
    """What state and account say differently, sorted; nothing where they agree.

    A pending creation may have made something of its type, a pending deletion may have deleted.
    """
    known = recorded(snapshots)
    pending = [operation for snapshot in snapshots for operation in snapshot.pending_operations]
    makes = Counter(o.resource.type for o in pending if o.kind is OperationKind.CREATING)
    deletes = {
        f"{o.resource.type} {o.resource.id}" for o in pending if o.kind is OperationKind.DELETING
    }
    found = [f"{item} stands {n} times" for item, n in standing.items() if n > 1]
    found += [f"{item} is recorded {n} times" for item, n in known.items() if n > 1]
    found += [f"{item} is recorded and gone" for item in known.keys() - standing.keys() - deletes]
    for item in sorted(standing.keys() - known.keys()):
        type_ = item.split(" ", 1)[0]
        if makes[type_] > 0:
            makes[type_] -= 1
        else:
            found.append(f"{item} stands and nothing knows of it")
    return sorted(found)
