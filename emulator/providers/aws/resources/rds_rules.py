"""What RDS refuses, before and while an instance is made.

Limits: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import failure
from emulator.providers.provider import CheckFailure
from emulator.values import UNKNOWN, Properties

MONITORING_SECONDS: Final = (0, 1, 5, 10, 15, 30, 60)
LOG_TYPES: Final = ("postgresql", "upgrade", "iam-db-auth-error")
CERTIFICATE_AUTHORITIES: Final = (
    "rds-ca-rsa2048-g1",
    "rds-ca-rsa4096-g1",
    "rds-ca-ecc384-g1",
)
RESERVED_USERNAMES: Final = frozenset({"admin", "rdsadmin", "rds_superuser", "rdsrepladmin"})


def _number_out_of_range(inputs: Properties, name: str, lowest: int, highest: int) -> str | None:
    value = inputs.get(name)
    if isinstance(value, int) and not lowest <= value <= highest:
        return f"got {value}, allowed: {lowest} to {highest}"
    return None


def check_instance(inputs: Properties) -> list[CheckFailure]:
    """What is wrong with an instance's inputs as far as they are known."""
    return [failure(name, reason) for name, reason in _problems(inputs)]


def _problems(inputs: Properties) -> Iterator[tuple[str, str]]:
    known = {name: value for name, value in inputs.items() if value is not UNKNOWN}
    is_copy = any(inputs.get(name) for name in ("replicateSourceDb", "snapshotIdentifier"))
    is_copy = is_copy or bool(inputs.get("restoreToPointInTime"))
    yield from _identity_problems(known, is_copy)
    if not is_copy:
        if not (inputs.get("password") or inputs.get("passwordWo")) and not inputs.get(
            "manageMasterUserPassword"
        ):
            reason = "needed, unless manageMasterUserPassword or replicateSourceDb is given"
            yield "password", reason
        if not inputs.get("username"):
            yield "username", "needed for a new server"
        if not inputs.get("allocatedStorage"):
            yield "allocatedStorage", "needed for a new server"
    if inputs.get("password") and inputs.get("manageMasterUserPassword"):
        yield "password", "excludes manageMasterUserPassword; give one of them"
    if inputs.get("replicateSourceDb"):
        for name in ("dbName", "username", "engine"):
            if inputs.get(name):
                yield name, "excludes replicateSourceDb: a replica takes it from its source"
        if inputs.get("manageMasterUserPassword"):
            reason = "a read replica cannot have a password that Secrets Manager manages"
            yield "manageMasterUserPassword", reason
    yield from _limits(known)
    if inputs.get("kmsKeyId") and not inputs.get("storageEncrypted") and not is_copy:
        yield "storageEncrypted", "must be true where kmsKeyId is given"


def _identity_problems(known: Properties, is_copy: bool) -> Iterator[tuple[str, str]]:
    engine = known.get("engine")
    if not is_copy and "engine" not in known:
        yield "engine", 'needed; the emulator runs "postgres"'
    elif engine is not None and engine != "postgres":
        yield (
            "engine",
            f'the emulator runs PostgreSQL servers only: got "{engine}", want "postgres"',
        )
    identifier = str(known.get("identifier", "x"))
    well_formed = re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{0,62}", identifier)
    if not well_formed or identifier.endswith("-"):
        reason = (
            f'"{identifier}": 1 to 63 lower-case letters, digits and hyphens, a letter first, '
            "no hyphen last, no two hyphens in a row"
        )
        yield "identifier", reason
    database = known.get("dbName")
    if database is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", database):
        yield "dbName", f'"{database}": a letter, then letters, digits and underscores, 63 at most'
    username = known.get("username")
    if username is not None and (
        username in RESERVED_USERNAMES or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", username)
    ):
        reason = f'"{username}" is reserved or no name: a letter, then letters, digits, underscores'
        yield "username", reason
    password = known.get("password")
    if isinstance(password, str) and not (
        8 <= len(password) <= 128 and not re.search(r'[/@" ]|[^ -~]', password)
    ):
        yield "password", 'must have 8 to 128 printable ASCII characters other than / @ " and space'


def _limits(known: Properties) -> Iterator[tuple[str, str]]:
    ranges = {
        "allocatedStorage": (5, 65536),
        "backupRetentionPeriod": (0, 35),
        "port": (1150, 65535),
    }
    for name, (lowest, highest) in ranges.items():
        wrong = _number_out_of_range(known, name, lowest, highest)
        if wrong:
            yield name, wrong
    if not re.fullmatch(r"db\.[a-z0-9-]+\.[a-z0-9.-]+", str(known.get("instanceClass", "db.t3.x"))):
        yield "instanceClass", f'"{known["instanceClass"]}" is no class such as "db.t4g.micro"'
    if known.get("monitoringInterval", 0) not in MONITORING_SECONDS:
        yield "monitoringInterval", f"allowed: {', '.join(map(str, MONITORING_SECONDS))} (seconds)"
    wrong_logs = set(known.get("enabledCloudwatchLogsExports") or ()) - set(LOG_TYPES) - {UNKNOWN}
    if wrong_logs:
        reason = f"{', '.join(sorted(wrong_logs))}; allowed for postgres: {', '.join(LOG_TYPES)}"
        yield "enabledCloudwatchLogsExports", reason
    authority = known.get("caCertIdentifier")
    if authority is not None and authority not in CERTIFICATE_AUTHORITIES:
        reason = f'"{authority}"; allowed: {", ".join(CERTIFICATE_AUTHORITIES)}'
        yield "caCertIdentifier", reason
    days = known.get("performanceInsightsRetentionPeriod")
    if days and days not in (7, 731) and (days % 31 or days > 713):
        reason = f"{days} days; allowed: 7, 731, and months of 31 days up to 713"
        yield "performanceInsightsRetentionPeriod", reason
    most, storage = known.get("maxAllocatedStorage"), known.get("allocatedStorage")
    if most and storage and most < storage:
        reason = f"{most} GiB is less than allocatedStorage ({storage} GiB)"
        yield "maxAllocatedStorage", reason
    day = "(?:[01]\\d|2[0-3]):[0-5]\\d"
    backup = known.get("backupWindow")
    if backup and not re.fullmatch(f"{day}-{day}", backup):
        yield "backupWindow", f'"{backup}"; want hh:mm-hh:mm (UTC)'
    week = "(?:mon|tue|wed|thu|fri|sat|sun)"
    maintenance = known.get("maintenanceWindow")
    if maintenance and not re.fullmatch(f"{week}:{day}-{week}:{day}", maintenance.lower()):
        yield "maintenanceWindow", f'"{maintenance}"; want ddd:hh:mm-ddd:hh:mm (UTC)'


def refuse(operation: str, code: str, message: str) -> RefusalError:
    """RDS's refusal of an operation."""
    return RefusalError("RDS", operation, code, message)


def require_surroundings(account: Account, operation: str, inputs: Properties) -> None:
    """Refuse an instance whose groups, key or role do not exist or do not fit together."""
    rds, ec2 = account.client("rds"), account.client("ec2")
    vpc_id = None
    if inputs.get("dbSubnetGroupName"):
        groups = rds.describe_db_subnet_groups(DBSubnetGroupName=inputs["dbSubnetGroupName"])
        vpc_id = groups["DBSubnetGroups"][0]["VpcId"]
    groups = inputs.get("vpcSecurityGroupIds") or []
    if groups:
        for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]:
            if vpc_id and group.get("VpcId") != vpc_id:
                message = (
                    "The DB instance and EC2 security group are in different VPCs. The DB instance "
                    f"is in {vpc_id} and the EC2 security group is in {group.get('VpcId')}"
                )
                raise refuse(operation, "InvalidVPCNetworkStateFault", message)
    if inputs.get("kmsKeyId"):
        require_key(account, operation, inputs["kmsKeyId"])
    if inputs.get("monitoringRoleArn"):
        role = inputs["monitoringRoleArn"].rpartition("/")[2]
        account.client("iam").get_role(RoleName=role)


def require_key(account: Account, operation: str, key_id: str) -> None:
    """Refuse a KMS key that does not exist or cannot encrypt."""
    key = account.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
    if key["KeyState"] != "Enabled":
        message = (
            f"The specified KMS key [{key_id}] does not exist, is not enabled or you do not have "
            f"permissions to access it (its state: {key['KeyState']})"
        )
        raise refuse(operation, "KMSKeyNotAccessibleFault", message)


def require_family(account: Account, operation: str, group: str, version: str) -> None:
    """Refuse a parameter group of another major version."""
    if group.startswith("default."):
        return
    answer = account.client("rds").describe_db_parameter_groups(DBParameterGroupName=group)
    family = answer["DBParameterGroups"][0]["DBParameterGroupFamily"]
    wanted = f"postgres{version.partition('.')[0]}"
    if family != wanted:
        message = (
            f"The parameter group {group} with DBParameterGroupFamily {family} can't be used for "
            f"this instance. Please use a parameter group with DBParameterGroupFamily {wanted}"
        )
        raise refuse(operation, "InvalidParameterCombination", message)


def require_source(source: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Refuse a source that cannot have a read replica.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html (limitations)
    """
    operation = "CreateDBInstanceReadReplica"
    if source is None:
        raise refuse(operation, "DBInstanceNotFound", f"DBInstance {name} not found.")
    if source.get("MasterUserSecret"):
        message = (
            f"Cannot create a read replica from {name}: its master user password is managed by "
            "RDS in AWS Secrets Manager"
        )
        raise refuse(operation, "InvalidDBInstanceState", message)
    if not source.get("BackupRetentionPeriod"):
        message = (
            "Automated backups are not enabled for this database instance. To enable automated "
            "backups, use ModifyDBInstance to set the backup retention period to a non-zero value."
        )
        raise refuse(operation, "InvalidDBInstanceState", message)
    return source


def refuse_shrinking(item: dict[str, Any], news: Properties) -> None:
    """Storage only grows."""
    standing, wanted = item.get("AllocatedStorage") or 0, news.get("allocatedStorage")
    if wanted and wanted < standing and not news.get("maxAllocatedStorage"):
        message = f"Requested storage size ({wanted}) cannot be less than the current ({standing})"
        raise refuse("ModifyDBInstance", "InvalidParameterCombination", message)


def refuse_another_source(olds: Properties, news: Properties) -> None:
    """A server can cease to follow another one, but not begin to."""
    standing, wanted = (
        str(properties.get("replicateSourceDb") or "").rpartition(":")[2]
        for properties in (olds, news)
    )
    if wanted and wanted != standing:
        message = "cannot elect new source database for replication"
        raise refuse("ModifyDBInstance", "InvalidParameterCombination", message)
