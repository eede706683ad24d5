"""What AWS refuses although moto would do it, and drift that a refresh finds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.providers.provider import ProviderError
from tests.emulator.providers.aws import preparations as prepare
from tests.emulator.providers.aws.resource_driver import Driver

INSTANCE = "aws:rds/instance:Instance"
ENVIRONMENT = "aws:mwaa/environment:Environment"


def refused(driver: Driver, type_: str, **inputs: Any) -> str:
    with pytest.raises(ProviderError) as caught:
        driver.create(type_, **inputs)
    return str(caught.value)


def kept_back(driver: Driver, made: Any) -> str:
    with pytest.raises(ProviderError) as caught:
        driver.provider.delete(made.urn, made.type, made.id, made.inputs, made.outputs)
    return str(caught.value)


def test_an_error_names_the_operation_the_resource_and_awss_code(driver: Driver) -> None:
    vpc_id = prepare.vpc(driver)
    driver.create("aws:ec2/subnet:Subnet", vpcId=vpc_id, cidrBlock="10.0.0.0/24")
    text = refused(driver, "aws:ec2/subnet:Subnet", vpcId=vpc_id, cidrBlock="10.0.0.0/25")
    assert text.startswith("creating EC2 Subnet (10.0.0.0/25): operation error ")
    assert "CreateSubnet" in text
    assert "api error InvalidSubnet.Conflict: " in text
    outside = refused(driver, "aws:ec2/subnet:Subnet", vpcId=vpc_id, cidrBlock="10.1.0.0/24")
    assert "InvalidSubnet.Range" in outside


def test_what_is_in_use_cannot_be_deleted(driver: Driver) -> None:
    inputs = prepare.database(driver)
    driver.create(INSTANCE, **inputs, identifier="in-use")
    by_type = {made.type: made for made in driver.made}
    for type_, user in {
        "aws:ec2/vpc:Vpc": "subnet-",
        "aws:ec2/subnet:Subnet": "RDS instance in-use",
        "aws:ec2/securityGroup:SecurityGroup": "RDS instance in-use",
        "aws:rds/subnetGroup:SubnetGroup": "in-use",
    }.items():
        assert user in kept_back(driver, by_type[type_])


def test_a_name_that_is_taken_is_refused(driver: Driver) -> None:
    inputs = prepare.database(driver) | {"identifier": "taken"}
    driver.create(INSTANCE, **inputs)
    assert "DBInstanceAlreadyExists" in refused(driver, INSTANCE, **inputs)
    bucket = prepare.bucket(driver)
    assert "BucketAlreadyOwnedByYou" in refused(driver, "aws:s3/bucket:Bucket", bucket=bucket)
    role = prepare.role(driver)
    again = {"name": role.id, "assumeRolePolicy": prepare.trust("ec2")}
    assert "EntityAlreadyExists" in refused(driver, "aws:iam/role:Role", **again)


def test_a_protected_instance_stays_until_its_protection_is_taken_off(driver: Driver) -> None:
    inputs = prepare.database(driver)
    made = driver.create(INSTANCE, **inputs, deletionProtection=True)
    assert "Cannot delete protected DB Instance" in kept_back(driver, made)
    driver.update(made, **inputs)


def test_a_server_goes_with_a_final_snapshot_or_a_word_that_none_is_wanted(driver: Driver) -> None:
    inputs = prepare.database(driver) | {"skipFinalSnapshot": False}
    made = driver.create(INSTANCE, **inputs)
    assert "final_snapshot_identifier is required" in kept_back(driver, made)
    driver.update(made, **inputs, finalSnapshotIdentifier="the-last")
    driver.delete(made)
    client = driver.context.client("rds")
    assert client.describe_db_snapshots(DBSnapshotIdentifier="the-last")["DBSnapshots"]


def test_no_replica_beside_a_password_that_rds_manages(driver: Driver) -> None:
    inputs = prepare.database(driver)
    del inputs["password"]
    driver.create(
        INSTANCE,
        **inputs,
        identifier="managed",
        manageMasterUserPassword=True,
        backupRetentionPeriod=7,
    )
    replica = {"replicateSourceDb": "managed", "instanceClass": "db.t4g.micro"}
    assert "managed by RDS in AWS Secrets Manager" in refused(driver, INSTANCE, **replica)


def test_a_replica_follows_a_server_with_backups_and_can_be_promoted(driver: Driver) -> None:
    inputs = prepare.database(driver)
    driver.create(INSTANCE, **inputs, identifier="source", backupRetentionPeriod=7)
    replica = driver.create(
        INSTANCE, replicateSourceDb="source", instanceClass="db.t4g.micro", skipFinalSnapshot=True
    )
    assert replica["engineVersion"] == "18.1"
    assert replica.id != driver.made[-2].id
    assert driver.drift(replica).changed == []


def test_a_parameter_group_of_another_major_version_is_refused(driver: Driver) -> None:
    group = driver.create("aws:rds/parameterGroup:ParameterGroup", family="postgres17")
    text = refused(driver, INSTANCE, **prepare.database(driver), parameterGroupName=group.id)
    assert "DBParameterGroupFamily postgres17 can't be used" in text


def test_a_major_upgrade_must_be_asked_for_and_a_minor_one_is_no_drift(driver: Driver) -> None:
    inputs = prepare.database(driver) | {"engineVersion": "17"}
    made = driver.create(INSTANCE, **inputs)
    assert (made["engineVersion"], made["engineVersionActual"]) == ("17", "17.1")
    assert driver.drift(made).changed == []
    with pytest.raises(ProviderError, match="AllowMajorVersionUpgrade"):
        driver.update(made, **(inputs | {"engineVersion": "18"}))
    driver.update(made, **(inputs | {"engineVersion": "18", "allowMajorVersionUpgrade": True}))
    assert made["engineVersionActual"] == "18.1"


def test_a_bucket_with_anything_in_it_stays_unless_forced(driver: Driver) -> None:
    bucket = driver.create("aws:s3/bucket:Bucket")
    client = driver.context.client("s3")
    client.put_object(Bucket=bucket.id, Key="a", Body=b"1")
    assert "BucketNotEmpty" in kept_back(driver, bucket)
    driver.update(bucket, forceDestroy=True)


def test_a_public_policy_is_refused_where_public_access_is_blocked(driver: Driver) -> None:
    bucket = prepare.bucket(driver)
    public = prepare.statement(Principal="*")
    text = refused(driver, "aws:s3/bucketPolicy:BucketPolicy", bucket=bucket, policy=public)
    assert "AccessDenied" in text


def test_a_deleted_secrets_name_stays_taken_until_its_recovery_window_ends(driver: Driver) -> None:
    secret = driver.create("aws:secretsmanager/secret:Secret", name="a/b")
    driver.delete(secret)
    assert driver.is_gone(secret)
    assert "ResourceExists" in refused(driver, "aws:secretsmanager/secret:Secret", name="a/b")


def test_deleting_a_key_schedules_its_deletion(driver: Driver) -> None:
    key = driver.create("aws:kms/key:Key", deletionWindowInDays=7)
    driver.delete(key)
    state = driver.context.client("kms").describe_key(KeyId=key.id)["KeyMetadata"]["KeyState"]
    assert (state, driver.is_gone(key)) == ("PendingDeletion", True)


def test_a_key_policy_that_locks_everybody_out_is_refused(driver: Driver) -> None:
    policy = prepare.statement(Principal={"AWS": "arn:aws:iam::999999999999:root"})
    assert "MalformedPolicyDocument" in refused(driver, "aws:kms/key:Key", policy=policy)


def test_a_role_in_an_instance_profile_or_with_policies_stays(driver: Driver) -> None:
    role = prepare.role(driver)
    driver.create("aws:iam/instanceProfile:InstanceProfile", role=role.id)
    assert "must remove roles from instance profile first" in kept_back(driver, role)


def test_an_environment_needs_a_versioned_bucket_private_subnets_and_its_files(
    driver: Driver,
) -> None:
    inputs = prepare.environment(driver)
    missing = inputs | {"requirementsS3ObjectVersion": "none"}
    assert "Unable to read r.txt" in refused(driver, ENVIRONMENT, **missing)
    role = prepare.role(driver, "ec2")["arn"]
    untrusted = inputs | {"executionRoleArn": role}
    assert "must be allowed to assume" in refused(driver, ENVIRONMENT, **untrusted)
    bucket = inputs["sourceBucketArn"].rpartition(":")[2]
    vpc_id = next(made.id for made in driver.made if made.type == "aws:ec2/vpc:Vpc")
    main = driver.create("aws:ec2/routeTable:RouteTable", vpcId=vpc_id)
    driver.create(
        "aws:ec2/route:Route",
        routeTableId=main.id,
        destinationCidrBlock="0.0.0.0/0",
        gatewayId=prepare.gateway(driver, vpc_id),
    )
    public = driver.create(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        routeTableId=main.id,
        subnetId=inputs["networkConfiguration"]["subnetIds"][0],
    )
    assert "is public" in refused(driver, ENVIRONMENT, **inputs)
    driver.delete(public)
    driver.context.client("s3").put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
    )
    assert "Versioning is not enabled" in refused(driver, ENVIRONMENT, **inputs)


def test_an_environment_says_what_mwaa_says(driver: Driver) -> None:
    made = driver.create(ENVIRONMENT, **prepare.environment(driver), name="airflow")
    assert made["arn"] == "arn:aws:airflow:eu-west-1:123456789012:environment/airflow"
    assert made["status"] == "AVAILABLE"
    logs = made["loggingConfiguration"]["taskLogs"]
    assert logs["cloudWatchLogGroupArn"].endswith(":log-group:airflow-airflow-Task")
    assert made["webserverUrl"].endswith(".eu-west-1.airflow.amazonaws.com")
    subnet = next(item for item in driver.made if item.type == "aws:ec2/subnet:Subnet")
    assert "MWAA environment airflow" in kept_back(driver, subnet)
    imported = driver.provider.read(made.urn, made.type, "airflow", {}, {})
    assert imported is not None
    assert imported.inputs["dagS3Path"] == "dags"


def test_what_another_hand_changed_is_found(driver: Driver) -> None:
    client = driver.context.client
    vpc = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16", tags={"a": "b"})
    client("ec2").create_tags(Resources=[vpc.id], Tags=[{"Key": "a", "Value": "c"}])
    assert driver.drift(vpc).changed == ["tags", "tagsAll"]
    role = prepare.role(driver)
    client("iam").update_assume_role_policy(
        RoleName=role.id, PolicyDocument=prepare.trust("lambda")
    )
    assert driver.drift(role).changed == ["assumeRolePolicy"]
    server = driver.create(INSTANCE, **prepare.database(driver), identifier="drifting")
    client("rds").modify_db_instance(DBInstanceIdentifier="drifting", DeletionProtection=True)
    assert driver.drift(server).changed == ["deletionProtection"]
    client("rds").modify_db_instance(DBInstanceIdentifier="drifting", DeletionProtection=False)
    rule = driver.create(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", **prepare.rule(driver)
    )
    client("ec2").revoke_security_group_ingress(
        GroupId=rule["securityGroupId"], SecurityGroupRuleIds=[rule.id]
    )
    assert driver.is_gone(rule)


def test_the_same_policy_written_otherwise_is_no_change(driver: Driver) -> None:
    role = prepare.role(driver)
    policy = json.loads(prepare.statement(Action=["s3:GetObject", "s3:PutObject"]))
    made = driver.create("aws:iam/rolePolicy:RolePolicy", role=role.id, policy=json.dumps(policy))
    policy["Statement"][0]["Action"].reverse()
    other = json.dumps({"Statement": policy["Statement"][0], "Version": "2012-10-17"}, indent=4)
    assert driver.diff(made, role=role.id, policy=other).changed == []
