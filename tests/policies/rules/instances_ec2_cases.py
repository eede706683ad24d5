"""Cases of policies/rules/instances_ec2.py."""

from __future__ import annotations

import base64
from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"
KEY_PAIR = "aws:ec2/keyPair:KeyPair"
CONSOLE = "aws:ec2/serialConsoleAccess:SerialConsoleAccess"
SHARED_IMAGE = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"

SCRIPT = "export PGPASSWORD=hunter2hunter2\n"


def machine(kind: str = INSTANCE, **props: Any) -> Fixture:
    return Fixture(type=kind, props=props)


CASES = (
    passing("instance-public-address", machine(associatePublicIpAddress=False)),
    passing("instance-public-address", machine(), title="the subnet decides"),
    violating("instance-public-address", machine(associatePublicIpAddress=True)),
    violating(
        "instance-public-address", machine(associatePublicIpAddress=UNKNOWN), title="unknown"
    ),
    violating(
        "instance-public-address",
        machine(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "true"}]),
        title="by interface",
    ),
    passing("instance-metadata-without-token", machine(metadataOptions={"httpTokens": "required"})),
    passing(
        "instance-metadata-without-token",
        machine(metadataOptions={"httpEndpoint": "disabled"}),
        title="none at all",
    ),
    violating("instance-metadata-without-token", machine(), title="absent"),
    violating(
        "instance-metadata-without-token", machine(metadataOptions={"httpTokens": "optional"})
    ),
    undecided("instance-metadata-without-token", machine(metadataOptions=UNKNOWN)),
    passing("instance-metadata-hops", machine(metadataOptions={"httpPutResponseHopLimit": 1})),
    passing(
        "instance-metadata-hops",
        machine(metadataOptions={"httpEndpoint": "disabled"}),
        title="none at all",
    ),
    violating("instance-metadata-hops", machine(), title="absent"),
    violating("instance-metadata-hops", machine(metadataOptions={"httpPutResponseHopLimit": 2})),
    undecided("instance-metadata-hops", machine(metadataOptions=UNKNOWN)),
    passing("instance-disk-unencrypted", machine(rootBlockDevice={"encrypted": True})),
    passing("instance-disk-unencrypted", Fixture(type=VOLUME, props={"encrypted": True})),
    passing(
        "instance-disk-unencrypted",
        machine(TEMPLATE, blockDeviceMappings=[{"ebs": {"encrypted": "true"}}]),
        title="template",
    ),
    violating("instance-disk-unencrypted", machine(), title="absent"),
    violating("instance-disk-unencrypted", machine(TEMPLATE), title="template, absent"),
    violating(
        "instance-disk-unencrypted",
        machine(rootBlockDevice={"encrypted": True}, ebsBlockDevices=[{"encrypted": False}]),
        title="another disk",
    ),
    violating("instance-disk-unencrypted", Fixture(type=VOLUME, props={}), title="volume"),
    violating(
        "instance-disk-unencrypted",
        machine(TEMPLATE, blockDeviceMappings=[{"ebs": {"encrypted": "false"}}]),
        title="template, false",
    ),
    passing("instance-key-pair", machine()),
    violating("instance-key-pair", machine(keyName="me")),
    violating("instance-key-pair", Fixture(type=KEY_PAIR, props={"publicKey": "x"}), title="pair"),
    passing("instance-user-data-secret", machine(userData="dnf update\n")),
    passing("instance-user-data-secret", machine(), title="absent"),
    passing("instance-user-data-secret", machine(userData=UNKNOWN), title="unknown"),
    violating("instance-user-data-secret", machine(userData=SCRIPT)),
    violating(
        "instance-user-data-secret",
        machine(userDataBase64=base64.b64encode(SCRIPT.encode()).decode()),
        title="base64",
    ),
    passing("instance-opened-to-others", Fixture(type=CONSOLE, props={"enabled": False})),
    violating("instance-opened-to-others", Fixture(type=CONSOLE, props={"enabled": True})),
    violating("instance-opened-to-others", Fixture(type=SHARED_IMAGE), title="image"),
)
