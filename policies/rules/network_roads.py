"""Roads between networks: there are none."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.address_ranges import foreign_ranges, is_wide, listed, overlapped
from policies.facts.reading import blocks, literal, texts
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has

ROADS = (
    "aws:directconnect/connection:Connection",
    "aws:directconnect/gateway:Gateway",
    "aws:directconnect/gatewayAssociation:GatewayAssociation",
    "aws:directconnect/gatewayAssociationProposal:GatewayAssociationProposal",
    "aws:directconnect/hostedPrivateVirtualInterface:HostedPrivateVirtualInterface",
    "aws:directconnect/hostedTransitVirtualInterface:HostedTransitVirtualInterface",
    "aws:directconnect/privateVirtualInterface:PrivateVirtualInterface",
    "aws:directconnect/transitVirtualInterface:TransitVirtualInterface",
    "aws:ec2/customerGateway:CustomerGateway",
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
    "aws:ec2/trafficMirrorSession:TrafficMirrorSession",
    "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget",
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
    "aws:ec2/vpcEndpointService:VpcEndpointService",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
    "aws:ec2/vpnConcentrator:VpnConcentrator",
    "aws:ec2/vpnConnection:VpnConnection",
    "aws:ec2/vpnConnectionRoute:VpnConnectionRoute",
    "aws:ec2/vpnGateway:VpnGateway",
    "aws:ec2/vpnGatewayAttachment:VpnGatewayAttachment",
    "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule",
    "aws:ec2clientvpn/endpoint:Endpoint",
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation",
    "aws:ec2clientvpn/route:Route",
    "aws:ec2transitgateway/connect:Connect",
    "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
    "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
    "aws:ec2transitgateway/route:Route",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
    "aws:networkmanager/coreNetwork:CoreNetwork",
    "aws:networkmanager/vpcAttachment:VpcAttachment",
    "aws:ram/principalAssociation:PrincipalAssociation",
    "aws:ram/resourceAssociation:ResourceAssociation",
    "aws:ram/resourceShare:ResourceShare",
    "aws:ram/resourceShareAccepter:ResourceShareAccepter",
    "aws:ram/sharingWithOrganization:SharingWithOrganization",
    "aws:route53/profilesAssociation:ProfilesAssociation",
    "aws:route53/profilesResourceAssociation:ProfilesResourceAssociation",
    "aws:route53/resolverEndpoint:ResolverEndpoint",
    "aws:route53/resolverRule:ResolverRule",
    "aws:route53/resolverRuleAssociation:ResolverRuleAssociation",
    "aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization",
    "aws:vpc/routeServer:RouteServer",
    "aws:vpclattice/resourceConfiguration:ResourceConfiguration",
    "aws:vpclattice/resourceGateway:ResourceGateway",
    "aws:vpclattice/service:Service",
    "aws:vpclattice/serviceNetwork:ServiceNetwork",
    "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation",
)

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
DEFAULT_ROUTE_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"

ELSEWHERE = (
    "carrierGatewayId",
    "coreNetworkArn",
    "instanceId",
    "localGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)
"""Targets of a route other than the internet gateway, a NAT gateway and the VPC itself."""


@for_resource(
    *ROADS,
    id="network-road",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No host's network is joined to another network.",
    why="Prod's network and that of preprod and test stay apart by having no road between them.",
    remedy="Remove it; a VPN for an office needs an exemption that says which networks it joins.",
)
def road(resource: Resource, context: Context) -> Iterator[Finding]:
    """Peering, transit gateways, VPNs, PrivateLink, shares: each of them is the violation."""
    if resource.type in ROADS:
        yield Finding(found=f"a resource of type {resource.type}", allowed="none")


@for_resource(
    ROUTE,
    ROUTE_TABLE,
    DEFAULT_ROUTE_TABLE,
    id="network-route-elsewhere",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Routes lead to the internet gateway, to NAT gateways and to AWS's own endpoints.",
    why="A route to a peering or to an appliance is the other half of a road to another network.",
    remedy="Remove the route.",
    frameworks=("CKV2_AWS_35",),
)
def route_elsewhere(resource: Resource, context: Context) -> Iterator[Finding]:
    """Routes come inline, in lists of blocks, or each as a resource."""
    foreign = foreign_ranges(context.stages)
    for route in [resource.props, *blocks(resource.props, "routes")]:
        targets = [key for key in ELSEWHERE if has(route, key)]
        gateways = [id_ for id_ in texts(route, "gatewayId") if id_.startswith("vgw-")]
        if targets or gateways:
            yield Finding(
                found=f"a route by {', '.join([*targets, *gateways])}",
                allowed="gatewayId of the internet gateway, or natGatewayId",
            )
        for range_ in texts(route, "destinationCidrBlock", "cidrBlock"):
            reached = overlapped(range_, foreign)
            if reached and not is_wide(range_, 0):
                yield Finding(
                    found=f"a route to {range_}, which reaches {listed(reached)}",
                    allowed="no route to another host",
                )


@for_resource(
    ENDPOINT,
    id="network-endpoint-elsewhere",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="VPC endpoints lead to AWS's own services in the stage's region.",
    why="An endpoint for anybody's service is a road to that one's network.",
    remedy="Name a service com.amazonaws.<region>.<service>, or state why in an exemption.",
)
def endpoint_elsewhere(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service of somebody's own is called com.amazonaws.vpce.<region>.vpce-svc-<id>."""
    region = context.stages.current.names.region
    for key in ("resourceConfigurationArn", "serviceNetworkArn", "serviceRegion"):
        if literal(resource.props, key) not in (None, region):
            yield Finding(found=f"an endpoint with {key}", allowed="serviceName alone")
    for service in texts(resource.props, "serviceName"):
        if not service.startswith((f"com.amazonaws.{region}.", f"aws.api.{region}.")):
            yield Finding(found=f"an endpoint to {service}", allowed=f"com.amazonaws.{region}.*")
