"""A stage's DAGs in its host's bucket: uploading them touches nothing but the bucket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

STAGE_FILE = "stage.json"
"""By which a DAG finds its stage's task role, server and databases, next to itself."""


@dataclass(frozen=True, kw_only=True)
class DagFolderArgs:
    """Arguments of a DagFolder."""

    bucket: pulumi.Input[str]
    """The host's bucket."""

    prefix: str
    """Where the stage's DAGs lie in it, with the slash at the end."""

    folder: Path
    """The files, relative to the project's folder, as state records the path."""

    stage: dict[str, pulumi.Input[object]]
    """What a DAG has to know of its stage, none of it secret."""

    after: list[pulumi.Resource]
    """What has to stand before the bucket takes files."""


class DagFolder(pulumi.ComponentResource):
    """Each file of the folder, and the stage's own facts, as objects under the stage's prefix."""

    def __init__(
        self, name: str, args: DagFolderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:DagFolder", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, depends_on=args.after)
        for file in files(args.folder):
            aws.s3.BucketObjectv2(
                f"{name}-{file.as_posix()}",
                bucket=args.bucket,
                key=f"{args.prefix}{file.as_posix()}",
                source=pulumi.FileAsset((args.folder / file).as_posix()),
                opts=child,
            )
        aws.s3.BucketObjectv2(
            f"{name}-{STAGE_FILE}",
            bucket=args.bucket,
            key=f"{args.prefix}{STAGE_FILE}",
            content=pulumi.Output.all(**args.stage).apply(
                lambda facts: json.dumps(facts, indent=2, sort_keys=True)
            ),
            content_type="application/json",
            opts=child,
        )
        self.register_outputs({})


def files(folder: Path) -> list[Path]:
    """Files below `folder`, relative to it and in order, without hidden and compiled ones."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    )
