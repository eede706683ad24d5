# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Database servers. What stands behind one is the cloud's business: here is only RDS's API."""

from __future__ import annotations

from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import is_gone
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.mapping import changed_names, from_aws, to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.rds_groups import rds_tags, update_rds_tags
from emulator.providers.aws.resources.rds_names import (
    BOTH,
    HOSTED_ZONE,
    MADE,
    ONCE,
    REPLICA_DEFAULTS,
    log_changes,
    master_secrets,
)
from emulator.providers.aws.resources.rds_rules import (
    check_instance,
    refuse,
    refuse_another_source,
    refuse_shrinking,
    require_family,
    require_key,
    require_source,
    require_surroundings,
)
from emulator.providers.aws.tags import tag_list, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Instance(Handler):
    """A database server."""

    label = "RDS DB Instance"
    defaults: ClassVar = {
        "autoMinorVersionUpgrade": True,
        "deleteAutomatedBackups": True,
        "deletionProtection": False,
        "publiclyAccessible": False,
        "iamDatabaseAuthenticationEnabled": False,
        "performanceInsightsEnabled": False,
        "copyTagsToSnapshot": False,
        "monitoringInterval": 0,
    }
    computed = frozenset(
        {"allocatedStorage", "applyImmediately", "availabilityZone", "backupRetentionPeriod"}
        | {"backupWindow", "caCertIdentifier", "characterSetName", "dbName", "dbSubnetGroupName"}
        | {"engine", "engineVersion", "identifier", "identifierPrefix", "kmsKeyId", "licenseModel"}
        | {"maintenanceWindow", "monitoringRoleArn", "multiAz", "networkType", "optionGroupName"}
        | {"parameterGroupName", "performanceInsightsKmsKeyId", "port", "storageType", "username"}
        | {"performanceInsightsRetentionPeriod", "vpcSecurityGroupIds", "storageThroughput"}
        | {"databaseInsightsMode", "engineLifecycleSupport", "masterUserSecretKmsKeyId", "iops"}
    )

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return check_instance(inputs)

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A major version asks for any minor one; windows and engines ignore case."""
        if path in ("maintenanceWindow", "engine"):
            return str(old).lower() == str(new).lower()
        if path == "engineVersion":
            return str(old).startswith(f"{new}.") or str(new).startswith(f"{old}.")
        return False

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """Terraform marks the block `restore_to_point_in_time`, not what is in it."""
        return False if path.startswith("restoreToPointInTime.") else None

    def create(self, account: Account, inputs: Properties) -> str:
        identifier = inputs.get("identifier") or prefixed_name(
            inputs.get("identifierPrefix", "terraform-")
        )
        parameters = to_aws(inputs, BOTH | MADE)
        if inputs.get("replicateSourceDb"):
            made = self._create_replica(account, identifier, inputs, parameters)
        else:
            made = self._create_primary(account, identifier, inputs, parameters)
        return str(made["DbiResourceId"])

    def _create_primary(
        self, account: Account, identifier: str, inputs: Properties, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        operation = "CreateDBInstance"
        require_surroundings(account, operation, inputs)
        try:
            version = account.databases.engine_version(inputs.get("engineVersion"))
        except ValueError as error:
            raise refuse(operation, "InvalidParameterCombination", str(error)) from None
        if inputs.get("parameterGroupName"):
            require_family(account, operation, inputs["parameterGroupName"], version)
        answer = account.client("rds").create_db_instance(
            **parameters,
            **to_aws(inputs, ONCE),
            DBInstanceIdentifier=identifier,
            EngineVersion=version,
            Tags=tag_list(wanted_tags(inputs)),
        )
        return dict(answer["DBInstance"])

    def _create_replica(
        self, account: Account, identifier: str, inputs: Properties, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        client = account.client("rds")
        parameters = REPLICA_DEFAULTS | parameters
        name = str(inputs["replicateSourceDb"])
        source = require_source(self._named(account, name.rpartition(":")[2]), name)
        require_surroundings(account, "CreateDBInstanceReadReplica", inputs)
        if self._named(account, identifier) is not None:
            message = "DB instance already exists"
            operation = "CreateDBInstanceReadReplica"
            raise refuse(operation, "DBInstanceAlreadyExists", message)
        only_later = ("BackupRetentionPeriod", "PreferredBackupWindow", "MasterUserPassword")
        later = {key: parameters.pop(key) for key in only_later if key in parameters}
        later |= {
            key: parameters.pop(key)
            for key in ("PreferredMaintenanceWindow", "CACertificateIdentifier", "LicenseModel")
            if key in parameters
        }
        for key in ("AllocatedStorage", "ManageMasterUserPassword", "MasterUserSecretKmsKeyId"):
            parameters.pop(key, None)
        once = to_aws(inputs, ONCE)
        for key in ("StorageEncrypted", "DBName", "Engine", "MasterUsername"):
            once.pop(key, None)  # a replica takes these from its source
        made = client.create_db_instance_read_replica(
            **parameters,
            **once,
            DBInstanceIdentifier=identifier,
            SourceDBInstanceIdentifier=source["DBInstanceIdentifier"],
            Tags=tag_list(wanted_tags(inputs)),
        )["DBInstance"]
        if later:
            client.modify_db_instance(
                DBInstanceIdentifier=identifier, ApplyImmediately=True, **later
            )
        return dict(made)

    def _named(self, account: Account, identifier: str) -> dict[str, Any] | None:
        try:
            answer = account.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        return dict(answer["DBInstances"][0])

    def _described(self, account: Account, id_: str, known: Properties) -> dict[str, Any] | None:
        """By resource id, as pulumi-aws looks it up; an import may give the identifier."""
        if not id_.startswith("db-"):
            return self._named(account, id_)
        answer = account.client("rds").describe_db_instances(
            Filters=[{"Name": "dbi-resource-id", "Values": [id_]}]
        )
        found = [dict(item) for item in answer["DBInstances"]]
        wanted = known.get("identifier")
        same_name = [item for item in found if item["DBInstanceIdentifier"] == wanted]
        candidates = same_name or ([] if wanted and len(found) > 1 else found)
        return candidates[0] if candidates else None

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        item = self._described(account, id_, known)
        if item is None or item.get("DBInstanceStatus") == "deleting":
            return None
        endpoint = item.get("Endpoint") or {}
        address, port = endpoint.get("Address", ""), endpoint.get("Port", 0)
        groups = item.get("DBParameterGroups") or [{}]
        secret = item.get("MasterUserSecret")
        found = from_aws(item, BOTH) | {
            "address": address,
            "arn": item["DBInstanceArn"],
            "availabilityZone": item.get("AvailabilityZone"),
            "dbName": item.get("DBName") or "",
            "dbSubnetGroupName": (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
            "enabledCloudwatchLogsExports": item.get("EnabledCloudwatchLogsExports") or [],
            "endpoint": f"{address}:{port}",
            "engine": item["Engine"],
            "engineVersion": item["EngineVersion"],
            "engineVersionActual": item["EngineVersion"],
            "hostedZoneId": endpoint.get("HostedZoneId") or HOSTED_ZONE,
            "iamDatabaseAuthenticationEnabled": item.get("IAMDatabaseAuthenticationEnabled", False),
            "identifier": item["DBInstanceIdentifier"],
            "identifierPrefix": known.get("identifierPrefix") or "",
            "kmsKeyId": item.get("KmsKeyId") or "",
            "latestRestorableTime": str(item.get("LatestRestorableTime") or ""),
            "listenerEndpoints": [],
            "masterUserSecrets": master_secrets(secret),
            "maxAllocatedStorage": item.get("MaxAllocatedStorage"),
            "parameterGroupName": groups[0].get("DBParameterGroupName"),
            "port": port,
            "replicas": item.get("ReadReplicaDBInstanceIdentifiers") or [],
            "resourceId": item["DbiResourceId"],
            "status": item.get("DBInstanceStatus", "available"),
            "storageEncrypted": item.get("StorageEncrypted", False),
            "tagsAll": rds_tags(account, item["DBInstanceArn"]),
            "username": item.get("MasterUsername"),
            "vpcSecurityGroupIds": [
                group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups") or ()
            ],
        }
        source = item.get("ReadReplicaSourceDBInstanceIdentifier") or ""
        if source.rpartition(":")[2] != str(known.get("replicateSourceDb", "")).rpartition(":")[2]:
            found["replicateSourceDb"] = source
        if found["maxAllocatedStorage"] == found.get("allocatedStorage"):
            found["maxAllocatedStorage"] = 0  # no autoscaling
        if "PerformanceInsightsEnabled" in item:
            found["performanceInsightsEnabled"] = item["PerformanceInsightsEnabled"]
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("rds")
        item = self._described(account, id_, olds)
        if item is None:
            raise refuse("ModifyDBInstance", "DBInstanceNotFound", f"DBInstance {id_} not found.")
        identifier = item["DBInstanceIdentifier"]
        changes = changed_names(olds, news, BOTH | MADE | {"port": "DBPortNumber"})
        for name, default in self.defaults.items():  # back to the default where it was taken out
            if name in BOTH | MADE and name not in news and olds.get(name, default) != default:
                changes[(BOTH | MADE)[name]] = default
        changes |= self._version_change(account, item, news)
        refuse_shrinking(item, news)
        refuse_another_source(olds, news)
        if news.get("manageMasterUserPassword") and item.get("ReadReplicaDBInstanceIdentifiers"):
            message = (
                "a DB instance with read replicas cannot let Secrets Manager manage its password"
            )
            raise refuse("ModifyDBInstance", "InvalidParameterCombination", message)
        if olds.get("manageMasterUserPassword") and not news.get("manageMasterUserPassword"):
            changes["ManageMasterUserPassword"] = False
        changes |= log_changes(olds, news)
        if changes.get("PerformanceInsightsKMSKeyId"):
            require_key(account, "ModifyDBInstance", changes["PerformanceInsightsKMSKeyId"])
        if olds.get("replicateSourceDb") and not news.get("replicateSourceDb"):
            client.promote_read_replica(DBInstanceIdentifier=identifier)
        if news.get("identifier") and news["identifier"] != identifier:
            changes["NewDBInstanceIdentifier"] = news["identifier"]
        if changes:
            client.modify_db_instance(
                DBInstanceIdentifier=identifier, ApplyImmediately=True, **changes
            )
        update_rds_tags(account, item["DBInstanceArn"], olds, news)

    def _version_change(
        self, account: Account, item: dict[str, Any], news: Properties
    ) -> dict[str, Any]:
        wanted, standing = news.get("engineVersion"), item["EngineVersion"]
        if not wanted or wanted == standing or self.same("engineVersion", standing, wanted):
            return {}
        try:
            version = account.databases.engine_version(wanted)
        except ValueError as error:
            raise refuse("ModifyDBInstance", "InvalidParameterCombination", str(error)) from None
        old, new = (tuple(map(int, text.split("."))) for text in (standing, version))
        if new < old:
            message = f"Cannot upgrade postgres from {standing} to {version}"
            raise refuse("ModifyDBInstance", "InvalidParameterCombination", message)
        if new[0] != old[0] and not news.get("allowMajorVersionUpgrade"):
            message = (
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major "
                f"version ({standing} to {version}): set allowMajorVersionUpgrade"
            )
            raise refuse("ModifyDBInstance", "InvalidParameterCombination", message)
        return {
            "EngineVersion": version,
            "AllowMajorVersionUpgrade": bool(news.get("allowMajorVersionUpgrade")),
        }

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        item = self._described(account, id_, known)
        if item is None:
            return
        snapshot = known.get("finalSnapshotIdentifier")
        is_replica = bool(item.get("ReadReplicaSourceDBInstanceIdentifier"))
        if not known.get("skipFinalSnapshot") and not snapshot:
            message = (
                "final_snapshot_identifier is required when skip_final_snapshot is false "
                "(finalSnapshotIdentifier, skipFinalSnapshot)"
            )
            raise refuse("DeleteDBInstance", "InvalidParameterCombination", message)
        final: dict[str, Any] = {"SkipFinalSnapshot": True}
        if not known.get("skipFinalSnapshot") and not is_replica:
            final = {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": snapshot}
        account.client("rds").delete_db_instance(
            DBInstanceIdentifier=item["DBInstanceIdentifier"],
            DeleteAutomatedBackups=known.get("deleteAutomatedBackups", True),
            **final,
        )


HANDLERS: dict[str, Handler] = {"aws:rds/instance:Instance": Instance()}
