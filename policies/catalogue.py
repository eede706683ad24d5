"""All rules of the pack."""

from __future__ import annotations

from types import ModuleType

from policies.rule import Rule
from policies.rules import (
    airflow_mwaa,
    database_grants,
    database_logins,
    database_objects,
    database_outputs,
    database_roles,
    documents_actions,
    documents_doors,
    documents_form,
    documents_isolation,
    documents_resources,
    documents_trust,
    documents_users,
    functions_lambda,
    identity_attachments,
    identity_people,
    instances_ec2,
    isolation_accounts,
    isolation_doors,
    isolation_hosts,
    isolation_names,
    keys_kms,
    logs_groups,
    messaging_queues,
    messaging_topics,
    network_doors,
    network_ids,
    network_roads,
    network_vpc,
    rds_access,
    rds_backups,
    rds_encryption,
    rds_operation,
    rds_parameters,
    running_24_7,
    s3_access,
    s3_data,
    s3_policies,
    safety_protection,
    secrets_manager,
    security_groups_openings,
    security_groups_use,
)

MODULES: tuple[ModuleType, ...] = (
    airflow_mwaa,
    database_grants,
    database_logins,
    database_objects,
    database_outputs,
    database_roles,
    documents_actions,
    documents_doors,
    documents_form,
    documents_isolation,
    documents_resources,
    documents_trust,
    documents_users,
    functions_lambda,
    identity_attachments,
    identity_people,
    instances_ec2,
    isolation_accounts,
    isolation_doors,
    isolation_hosts,
    isolation_names,
    keys_kms,
    logs_groups,
    messaging_queues,
    messaging_topics,
    network_doors,
    network_ids,
    network_roads,
    network_vpc,
    rds_access,
    rds_backups,
    rds_encryption,
    rds_operation,
    rds_parameters,
    running_24_7,
    s3_access,
    s3_data,
    s3_policies,
    safety_protection,
    secrets_manager,
    security_groups_openings,
    security_groups_use,
)


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """A module's rules, in the order in which it defines them."""
    return tuple(value for value in vars(module).values() if isinstance(value, Rule))


RULES: tuple[Rule, ...] = tuple(rule for module in MODULES for rule in rules_of(module))
