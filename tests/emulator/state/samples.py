"""Names that the state's tests share."""

from __future__ import annotations

from typing import Final

ROOT: Final = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
PROVIDER: Final = "urn:pulumi:dev::demo::pulumi:providers:aws::default"
BUCKET: Final = "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::data"
PLANTED: Final = "planted-s3cr3t"
