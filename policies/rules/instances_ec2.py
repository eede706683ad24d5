"""Machines of our own: a host's gateway, and whatever somebody adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.facts.reading import NOT_KNOWN, block, blocks, literal
from policies.facts.secret_text import secrets_in
from policies.facts.values import is_true, may_be_true, number, shown
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has

INSTANCE = "aws:ec2/instance:Instance"
SPOT = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
MACHINES = (INSTANCE, SPOT, TEMPLATE, CONFIGURATION)
VOLUME = "aws:ebs/volume:Volume"


@for_resource(
    *MACHINES,
    id="instance-public-address",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No machine has a public address.",
    why="It stands in the internet, one security group rule away from being taken over.",
    remedy="Set associate_public_ip_address=False; reach it through SSM.",
    frameworks=(
        "CKV_AWS_88",
        "FSBP EC2.9",
        "FSBP EC2.25",
        "pulumi aws-ec2-instance-disallow-public-ip",
        "pulumi aws-ec2-launchconfiguration-disallow-public-ip",
        "pulumi aws-ec2-launchtemplate-disallow-public-ip",
        "AWSGuard ec2-instance-no-public-ip",
    ),
)
def public_address(machine: Resource, context: Context) -> Iterator[Finding]:
    """Where nothing is said the subnet decides; another rule keeps subnets from it."""
    for holder in [machine.props, *blocks(machine.props, "networkInterfaces")]:
        if may_be_true(holder, "associatePublicIpAddress"):
            yield Finding(found=shown(holder, "associatePublicIpAddress"), allowed="false")


@for_resource(
    *MACHINES,
    id="instance-metadata-without-token",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A machine's metadata service asks for a token (IMDSv2).",
    why="With version 1 whoever makes a program fetch a URL gets the machine's role.",
    remedy='Set metadata_options with http_tokens="required".',
    frameworks=("CKV_AWS_79", "FSBP EC2.8", "FSBP EC2.170", "FSBP AutoScaling.3"),
)
def metadata_without_token(machine: Resource, context: Context) -> Iterator[Finding]:
    """AWS's default depends on image and account: say it."""
    options: Any = block(machine.props, "metadataOptions")
    off = literal(options, "httpEndpoint") == "disabled"
    if literal(options, "httpTokens") != "required" and not off:
        yield Finding(found=shown(options, "httpTokens"), allowed="required")


@for_resource(
    *MACHINES,
    id="instance-metadata-hops",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A machine's metadata service answers the machine alone.",
    why="With more than one hop a container or a proxy on it gets the machine's role.",
    remedy="Set metadata_options with http_put_response_hop_limit=1.",
    frameworks=("CKV_AWS_341",),
)
def metadata_hops(machine: Resource, context: Context) -> Iterator[Finding]:
    """AWS's default depends on image and account: say it."""
    del context
    options: Any = block(machine.props, "metadataOptions")
    off = literal(options, "httpEndpoint") == "disabled"
    if number(options, "httpPutResponseHopLimit") != 1 and not off:
        yield Finding(found=shown(options, "httpPutResponseHopLimit"), allowed="1")


@for_resource(
    *MACHINES,
    VOLUME,
    id="instance-disk-unencrypted",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Disks are encrypted.",
    why="A snapshot of one that is not can be read by whoever it is shared with.",
    remedy="Set encrypted=True on the volume and on root_block_device.",
    frameworks=("CKV_AWS_3", "CKV_AWS_8", "FSBP EC2.3", "AWSGuard encrypted-volumes"),
)
def disk_unencrypted(resource: Resource, context: Context) -> Iterator[Finding]:
    """A machine that says nothing of its root disk gets what the image has, unencrypted often."""
    for disk in _disks(resource):
        if not is_true(disk, "encrypted"):
            yield Finding(found=f"a disk of which {shown(disk, 'encrypted')}", allowed="true")


def _disks(resource: Resource) -> list[Any]:
    props = resource.props
    if resource.type == VOLUME:
        return [props]
    if resource.type == TEMPLATE:
        mapped = [block(mapping, "ebs") for mapping in blocks(props, "blockDeviceMappings")]
        return mapped or [{}]
    return [block(props, "rootBlockDevice"), *blocks(props, "ebsBlockDevices")]


@for_resource(
    *MACHINES,
    "aws:ec2/keyPair:KeyPair",
    id="instance-key-pair",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="Nobody signs in to a machine with an SSH key.",
    why="A key does not expire, is copied, and leaves no record of who used it.",
    remedy="Use SSM sessions.",
)
def key_pair(resource: Resource, context: Context) -> Iterator[Finding]:
    """A pair, and a machine that takes one."""
    for key in ("keyName", "publicKey"):
        if has(resource.props, key):
            yield Finding(found=f"{key} is set", allowed="no key pair")


@for_resource(
    *MACHINES,
    id="instance-user-data-secret",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No secret stands in a machine's user data.",
    why="Whoever may describe the machine, and every program on it, can read it.",
    remedy="Read the secret from Secrets Manager when the machine starts.",
    frameworks=("CKV_AWS_46",),
)
def user_data_secret(machine: Resource, context: Context) -> Iterator[Finding]:
    """Plain and in base64."""
    for key in ("userData", "userDataBase64"):
        text = literal(machine.props, key)
        if text not in (None, NOT_KNOWN):
            for kind in secrets_in(str(text)):
                yield Finding(found=f"{kind} in {key}", allowed="no secret")


@for_resource(
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess",
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
    id="instance-opened-to-others",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Images and snapshots are shared with nobody, and there is no serial console.",
    why="A shared image or snapshot is a copy that nobody can take back.",
    remedy="Remove it.",
    frameworks=("FSBP EC2.1",),
)
def opened_to_others(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each of them is the violation, but for a console that is switched off."""
    if literal(resource.props, "enabled") is not False:
        yield Finding(found=f"a resource of type {resource.type}", allowed="none")
