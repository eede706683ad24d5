"""RDS's names of an instance's properties."""

from __future__ import annotations

from typing import Any

from emulator.values import Properties

BOTH: dict[str, str] = {
    "allocatedStorage": "AllocatedStorage",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "backupWindow": "PreferredBackupWindow",
    "caCertIdentifier": "CACertificateIdentifier",
    "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "databaseInsightsMode": "DatabaseInsightsMode",
    "deletionProtection": "DeletionProtection",
    "instanceClass": "DBInstanceClass",
    "iops": "Iops",
    "licenseModel": "LicenseModel",
    "maintenanceWindow": "PreferredMaintenanceWindow",
    "maxAllocatedStorage": "MaxAllocatedStorage",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "multiAz": "MultiAZ",
    "networkType": "NetworkType",
    "optionGroupName": "OptionGroupName",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "publiclyAccessible": "PubliclyAccessible",
    "storageThroughput": "StorageThroughput",
    "storageType": "StorageType",
}
"""Called the same when it is made, changed and described."""
MADE: dict[str, str] = {
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "manageMasterUserPassword": "ManageMasterUserPassword",
    "masterUserSecretKmsKeyId": "MasterUserSecretKmsKeyId",
    "parameterGroupName": "DBParameterGroupName",
    "password": "MasterUserPassword",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "vpcSecurityGroupIds": "VpcSecurityGroupIds",
}
"""Called so when it is made or changed."""
ONCE: dict[str, str] = {
    "availabilityZone": "AvailabilityZone",
    "dbName": "DBName",
    "dbSubnetGroupName": "DBSubnetGroupName",
    "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "engine": "Engine",
    "kmsKeyId": "KmsKeyId",
    "port": "Port",
    "storageEncrypted": "StorageEncrypted",
    "username": "MasterUsername",
}
"""Called so when it is made."""
REPLICA_DEFAULTS: dict[str, Any] = {
    "AutoMinorVersionUpgrade": True,
    "CopyTagsToSnapshot": False,
    "DeletionProtection": False,
    "MonitoringInterval": 0,
    "PubliclyAccessible": False,
}
"""What a replica gets unless it is said: not what its source has."""
HOSTED_ZONE = "Z29XKXDKYMONMX"
"""Made up, as an account's view of a region's zone is."""


def master_secrets(secret: dict[str, Any] | None) -> list[Properties]:
    """`masterUserSecrets` of a described instance."""
    if not secret:
        return []
    return [
        {
            "kmsKeyId": secret.get("KmsKeyId", ""),
            "secretArn": secret.get("SecretArn"),
            "secretStatus": secret.get("SecretStatus"),
        }
    ]


def log_changes(olds: Properties, news: Properties) -> dict[str, Any]:
    """Parameters that bring the exported logs from the old ones to the new ones."""
    old = set(olds.get("enabledCloudwatchLogsExports") or ())
    new = set(news.get("enabledCloudwatchLogsExports") or ())
    if old == new:
        return {}
    logs = {"EnableLogTypes": sorted(new - old), "DisableLogTypes": sorted(old - new)}
    return {"CloudwatchLogsExportConfiguration": {key: item for key, item in logs.items() if item}}
