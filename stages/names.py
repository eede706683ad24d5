"""Every name and ARN, as a function of prefix, account, region and stage: known before AWS is.

What AWS numbers itself is matched without its number: keys by their alias, servers by `*`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

BUCKET_NAME_MAX = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

_HASH_LENGTH = 8


def shorten(text: str, limit: int) -> str:
    """`text` itself, or cut to `limit` characters with a hash of the whole at its end."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{text[: limit - _HASH_LENGTH - 1].rstrip('-')}-{digest}"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of what one stage owns, as a tenant and, where it is one, as a host."""

    prefix: str
    account_id: str
    region: str
    stage: str

    def of(self, stage: str) -> Names:
        """The same names for another stage in the same account and region."""
        return replace(self, stage=stage)

    def resource(self, role: str = "") -> str:
        """`<prefix>-<stage>[-<role>]`, unique in the account and region."""
        return "-".join(part for part in (self.prefix, self.stage, role) if part)

    # -- PostgreSQL ------------------------------------------------------------------------

    @property
    def master(self) -> str:
        """The server's master, which nobody can sign in as once the server is bootstrapped."""
        return f"{self.stage}_master"

    @property
    def host_admin(self) -> str:
        """The role that makes the tenants' admins."""
        return f"{self.stage}_host_admin"

    @property
    def host_roles(self) -> str:
        """The role that makes the other roles of the tenants; see server_admin for why it does."""
        return f"{self.stage}_host_roles"

    @property
    def admin(self) -> str:
        """The role that owns the stage's databases."""
        return f"{self.stage}_admin"

    @property
    def app(self) -> str:
        """The role of the stage's Airflow tasks."""
        return f"{self.stage}_app"

    @property
    def readonly(self) -> str:
        """The role of the stage's readers."""
        return f"{self.stage}_readonly"

    def database(self, name: str) -> str:
        """`<stage>.<name>`: with a dot, so it has to be quoted in SQL."""
        return f"{self.stage}.{name}"

    # -- S3 and Airflow ----------------------------------------------------------------------

    def bucket(self, kind: str) -> str:
        """`<prefix>-<account>-<region>-<kind>-<stage>`: unique in the world, 63 at most."""
        end = f"-{kind}-{self.stage}"
        start = f"{self.prefix}-{self.account_id}-{self.region}"
        return shorten(start, BUCKET_NAME_MAX - len(end)) + end

    @property
    def dag_prefix(self) -> str:
        """Where the stage's DAGs lie in its host's bucket, with the slash at the end."""
        return f"dags/{self.stage}/"

    @property
    def environment(self) -> str:
        """The Airflow environment."""
        return self.resource("airflow")

    # -- Audit ---------------------------------------------------------------------------------

    @property
    def trail(self) -> str:
        """The host's record of what is done in its account."""
        return self.resource("audit")

    @property
    def trail_arn(self) -> str:
        """The same, as an ARN."""
        return self.arn("cloudtrail", f"trail/{self.trail}")

    # -- The read-only door --------------------------------------------------------------------

    @property
    def gateway(self) -> str:
        """The host's gateway, by its tag `Name`: AWS numbers instances."""
        return self.resource("gateway")

    @property
    def session_document(self) -> str:
        """The Systems Manager document by which the stage's readers reach the server."""
        return self.resource("readonly-session")

    @property
    def zone(self) -> str:
        """The host's private DNS zone."""
        return f"{self.stage}.{self.prefix}.internal"

    @property
    def server_host(self) -> str:
        """The host's server in its zone: AWS numbers the name that the server itself has."""
        return f"server.{self.zone}"

    @property
    def reader_host(self) -> str:
        """What readers use: the server's replica where it has one, else the server."""
        return f"reader.{self.zone}"

    # -- ARNs ------------------------------------------------------------------------------

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the stage's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def role_arn(self, role: str) -> str:
        """The IAM role `<prefix>-<stage>-<role>`."""
        return f"arn:aws:iam::{self.account_id}:role/{self.resource(role)}"

    @property
    def root_arn(self) -> str:
        """The account itself, as a principal."""
        return f"arn:aws:iam::{self.account_id}:root"

    def bucket_arn(self, kind: str) -> str:
        """The bucket of that kind."""
        return f"arn:aws:s3:::{self.bucket(kind)}"

    @property
    def environment_arn(self) -> str:
        """The Airflow environment."""
        return self.arn("airflow", f"environment/{self.environment}")

    def key_alias(self, purpose: str) -> str:
        """The alias by which documents name the key of that purpose."""
        return f"alias/{self.resource(purpose)}"

    def database_user_arn(self, user: str) -> str:
        """`user` on any server of the account: AWS numbers servers, user names carry the stage."""
        return self.arn("rds-db", f"dbuser:*/{user}")
