# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Route 53's zones."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.resources.ec2 import find
from emulator.providers.aws.resources.route53 import change, plain, records_of
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Zone(Handler):
    """A zone, private where it names VPCs."""

    label = "Route 53 Hosted Zone"
    defaults: ClassVar = {"comment": "Managed by Pulumi"}

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if inputs.get("vpcs") and inputs.get("delegationSetId"):
            return [failure("delegationSetId", "conflicts with vpcs")]
        return []

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A VPC whose region is not given is in the provider's."""
        return path.endswith("vpcRegion") and (old is None or new is None)

    def create(self, account: Account, inputs: Properties) -> str:
        vpcs = [_vpc(account, vpc) for vpc in inputs.get("vpcs") or ()]
        for vpc in vpcs:
            _refuse_vpc(account, inputs["name"], vpc, "CreateHostedZone")
        given: dict[str, Any] = {"VPC": vpcs[0]} if vpcs else {}
        client = account.client("route53")
        answer = client.create_hosted_zone(
            Name=inputs["name"],
            CallerReference=secrets.token_hex(16),
            HostedZoneConfig={
                "Comment": inputs.get("comment", self.defaults["comment"]),
                "PrivateZone": bool(vpcs),
            },
            **given,
        )
        id_ = str(answer["HostedZone"]["Id"]).removeprefix("/hostedzone/")
        for vpc in vpcs[1:]:
            client.associate_vpc_with_hosted_zone(HostedZoneId=id_, VPC=vpc)
        tags = tag_list(wanted_tags(inputs))
        if tags:
            client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=id_, AddTags=tags)
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("route53")
        try:
            answer = client.get_hosted_zone(Id=id_)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        zone = answer["HostedZone"]
        tags = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id_)
        servers = sorted((answer.get("DelegationSet") or {}).get("NameServers") or [])
        return {
            "arn": f"arn:{account.partition}:route53:::hostedzone/{id_}",
            "comment": zone["Config"].get("Comment") or "",
            "name": zone["Name"].removesuffix("."),
            "nameServers": servers,
            "primaryNameServer": servers[0] if servers else "",
            "vpcs": [
                {"vpcId": vpc["VPCId"], "vpcRegion": vpc["VPCRegion"]}
                for vpc in answer.get("VPCs") or ()
            ],
            "zoneId": id_,
            "tagsAll": tag_map(tags["ResourceTagSet"]["Tags"]),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("route53")
        comment = news.get("comment", self.defaults["comment"])
        if comment != olds.get("comment"):
            client.update_hosted_zone_comment(Id=id_, Comment=comment)
        before = {vpc["vpcId"]: _vpc(account, vpc) for vpc in olds.get("vpcs") or ()}
        after = {vpc["vpcId"]: _vpc(account, vpc) for vpc in news.get("vpcs") or ()}
        for vpc_id in after.keys() - before.keys():
            _refuse_vpc(account, news["name"], after[vpc_id], "AssociateVPCWithHostedZone")
            client.associate_vpc_with_hosted_zone(HostedZoneId=id_, VPC=after[vpc_id])
        for vpc_id in before.keys() - after.keys():
            client.disassociate_vpc_from_hosted_zone(HostedZoneId=id_, VPC=before[vpc_id])
        to_set, to_remove = tag_changes(olds, news)
        if to_set or to_remove:
            client.change_tags_for_resource(
                ResourceType="hostedzone",
                ResourceId=id_,
                **({"AddTags": tag_list(to_set)} if to_set else {}),
                **({"RemoveTagKeys": to_remove} if to_remove else {}),
            )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("route53")
        if known.get("forceDestroy"):
            for record in records_of(account, id_):
                if record["Type"] not in ("NS", "SOA"):
                    change(account, id_, "DELETE", record)
        client.delete_hosted_zone(Id=id_)


def _vpc(account: Account, vpc: Properties) -> dict[str, str]:
    return {"VPCId": vpc["vpcId"], "VPCRegion": vpc.get("vpcRegion") or account.region}


def _refuse_vpc(account: Account, name: str, vpc: dict[str, str], operation: str) -> None:
    """A VPC has to be there, and sees one private zone of a name."""
    there = account.in_region(vpc["VPCRegion"])
    if find(there, "describe_vpcs", "Vpcs", VpcIds=[vpc["VPCId"]]) is None:
        message = f"The VPC {vpc['VPCId']} in region {vpc['VPCRegion']} is not valid"
        raise RefusalError("Route 53", operation, "InvalidVPCId", message)
    zones = account.client("route53").list_hosted_zones_by_vpc(**vpc)["HostedZoneSummaries"]
    if any(plain(zone["Name"]) == plain(name) for zone in zones):
        message = f"The VPC {vpc['VPCId']} is already associated with a zone {name}"
        raise RefusalError("Route 53", operation, "ConflictingDomainExists", message)


HANDLERS: dict[str, Handler] = {"aws:route53/zone:Zone": Zone()}
