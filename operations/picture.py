"""Draws hosts and tenants from what the stacks have registered.

    python -m operations.picture EXPORT.json [EXPORT.json ...] > docs/architecture.svg

Each argument is what `stack export` prints of one stack. Stacks with a database server are hosts;
the others are drawn as tenants of the host in whose account they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

SERVER: Final = "aws:rds/instance:Instance"
VPC: Final = "aws:ec2/vpc:Vpc"
AIRFLOW: Final = "aws:mwaa/environment:Environment"
DATABASE: Final = "postgresql:index/database:Database"
LOGIN_ROLE: Final = "postgresql:index/role:Role"
BUCKET: Final = "aws:s3/bucket:Bucket"
IAM_ROLE: Final = "aws:iam/role:Role"
KEY: Final = "aws:kms/key:Key"
MACHINE: Final = "aws:ec2/instance:Instance"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
SESSION: Final = "aws:ssm/document:Document"
TRAIL: Final = "aws:cloudtrail/trail:Trail"
ACCOUNT: Final = "pulumi:providers:aws"

LINE: Final = 20
PADDING: Final = 14
TENANT_WIDTH: Final = 440
GAP: Final = 18
HEADING: Final = 24
FONT: Final = "font-family='ui-sans-serif, Helvetica, Arial, sans-serif'"


@dataclass(slots=True)
class Stack:
    """One stack as its export tells it."""

    name: str
    resources: list[dict[str, Any]]

    def of(self, type_: str) -> list[dict[str, Any]]:
        """Inputs of the stack's own resources of a type, by name."""
        found = [r for r in self.resources if r["type"] == type_ and not r.get("external")]
        return [r.get("inputs", {}) for r in sorted(found, key=lambda r: str(r["urn"]))]

    @property
    def account_id(self) -> str:
        """The account that the stack may touch."""
        for provider in self.of(ACCOUNT):
            if "allowedAccountIds" in provider:
                ids: list[str] = json.loads(provider["allowedAccountIds"])
                return ids[0]
        return "?"

    @property
    def is_host(self) -> bool:
        """Whether the stack owns a database server."""
        return bool(self.of(SERVER))

    def host_lines(self) -> list[str]:
        """What the stack owns for its tenants, a line each."""
        server = next(s for s in self.of(SERVER) if "replicateSourceDb" not in s)
        replicas = len(self.of(SERVER)) - 1
        airflow, vpc = self.of(AIRFLOW)[0], self.of(VPC)[0]
        zones = "Multi-AZ" if server.get("multiAz") else "one AZ"
        copies = f", {replicas} read replica" if replicas else ""
        return [
            f"RDS PostgreSQL {server['engineVersion']}: {server['instanceClass']}, {zones}{copies}",
            f"MWAA Airflow {airflow['airflowVersion']}: {airflow['environmentClass']}, "
            f"up to {airflow['maxWorkers']} workers",
            f"VPC {vpc['cidrBlock']}, {len(self.of(KEY))} KMS keys, "
            f"{len(self.of(LOGIN_ROLE))} database login roles",
            *self.gateway_lines(),
            *(f"CloudTrail {trail['name']}" for trail in self.of(TRAIL)),
        ]

    def gateway_lines(self) -> list[str]:
        """What readers come through, a line for each."""
        minutes = [a["evaluationPeriods"] * a["period"] // 60 for a in self.of(ALARM)]
        stops = f", stops after {minutes[0]:.0f} minutes without a session" if minutes else ""
        return [
            f"Gateway {machine['tags']['Name']}: {machine['instanceType']}, no way in{stops}"
            for machine in self.of(MACHINE)
        ]

    def door_lines(self) -> list[str]:
        """How the stage is read by others than its own, a line for each part."""
        doors = [r for r in self.of(IAM_ROLE) if r["name"].endswith("-readonly")]
        documents = [json.loads(document["content"]) for document in self.of(SESSION)]
        return [
            *(f"door: role {door['name']}" for door in doors),
            *(f"door: session to {document['properties']['host']}" for document in documents),
        ]

    def tenant_lines(self) -> list[str]:
        """What the stack owns for itself, a line each."""
        databases = ", ".join(sorted(d["name"] for d in self.of(DATABASE)))
        buckets = [b["bucket"] for b in self.of(BUCKET) if "-data-" in b["bucket"]]
        roles = [r["name"] for r in self.of(IAM_ROLE) if r["name"].endswith("-task")]
        return [
            f"database {databases}",
            f"DAGs in dags/{self.name}/",
            *(f"bucket {bucket}" for bucket in buckets),
            *(f"role {role}" for role in roles),
            *self.door_lines(),
        ]


@dataclass(slots=True)
class Drawing:
    """An SVG drawing that grows downwards."""

    elements: list[str] = field(default_factory=list)

    def box(self, x: int, y: int, width: int, height: int, fill: str, stroke: str) -> None:
        """A rounded rectangle."""
        self.elements.append(
            f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='8' "
            f"fill='{fill}' stroke='{stroke}'/>"
        )

    def text(self, x: int, y: int, text: str, *, bold: bool = False, colour: str = "#222") -> None:
        """A line of text."""
        weight = " font-weight='600'" if bold else ""
        self.elements.append(
            f"<text x='{x}' y='{y}' font-size='13'{weight} fill='{colour}'>{escape(text)}</text>"
        )

    def render(self, width: int, height: int, title: str) -> str:
        """The SVG document."""
        head = (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
            f"width='{width}' height='{height}' role='img' {FONT}>"
        )
        page = f"<rect width='{width}' height='{height}' fill='#fff'/>"
        return "\n".join(
            [head, f"<title>{escape(title)}</title>", page, *self.elements, "</svg>", ""]
        )


def draw(stacks: Iterable[Stack]) -> str:
    """SVG of hosts, each in its account, with their tenants inside."""
    stacks = sorted(stacks, key=lambda stack: stack.name)
    hosts = [stack for stack in stacks if stack.is_host]
    guests = [stack for stack in stacks if not stack.is_host]
    drawing, y, widest = Drawing(), GAP, 0
    for host in hosts:
        tenants = [host, *(guest for guest in guests if guest.account_id == host.account_id)]
        width, height = _draw_host(drawing, host, tenants, y)
        y += height + GAP
        widest = max(widest, width)
    return drawing.render(widest + 2 * GAP, y, "Hosts and their tenants, an account each")


def _draw_host(drawing: Drawing, host: Stack, tenants: list[Stack], y: int) -> tuple[int, int]:
    """Draw one account from `y` on; its width and height."""
    lines = host.host_lines()
    tallest = max(len(tenant.tenant_lines()) for tenant in tenants)
    tenant_height = 2 * PADDING + HEADING + tallest * LINE
    width = len(tenants) * (TENANT_WIDTH + GAP) + GAP
    tenants_top = y + PADDING + HEADING * 2 + len(lines) * LINE + PADDING
    height = tenants_top - y + tenant_height + PADDING
    drawing.box(GAP, y, width, height, "#f4f7fb", "#8aa4c8")
    left, top = GAP + PADDING, y + PADDING + LINE // 2
    drawing.text(left, top, f"AWS account {host.account_id}", colour="#5b6f8c")
    drawing.text(left, top + HEADING, f"Host, owned by stack {host.name}", bold=True)
    for number, line in enumerate(lines, start=1):
        drawing.text(left, top + HEADING + number * LINE, line)
    for number, tenant in enumerate(tenants):
        x = GAP * 2 + number * (TENANT_WIDTH + GAP)
        drawing.box(x, tenants_top, TENANT_WIDTH, tenant_height, "#ffffff", "#7fa98a")
        heading = tenants_top + PADDING + LINE // 2
        drawing.text(x + PADDING, heading, f"Tenant, stack {tenant.name}", bold=True)
        for row, line in enumerate(tenant.tenant_lines(), start=1):
            drawing.text(x + PADDING, heading + HEADING // 4 + row * LINE, line)
    return width, height


def read_stack(export: dict[str, Any]) -> Stack:
    """Stack of what `stack export` prints."""
    resources = export["deployment"].get("resources", [])
    name = resources[0]["urn"].split("::")[0].removeprefix("urn:pulumi:") if resources else ""
    return Stack(name, resources)


def main(paths: list[str]) -> None:
    """Print the picture of the exports at `paths`."""
    stacks = [read_stack(json.loads(Path(path).read_text())) for path in paths]
    sys.stdout.write(draw(stacks))


if __name__ == "__main__":
    main(sys.argv[1:])
