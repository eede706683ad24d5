"""To which stage a name belongs, by the project's own way of naming (stages/names.py)."""

from __future__ import annotations

import re

from policies.open_cells import hosts
from policies.stage_map import Stages
from stages.names import Names


def all_stages(stages: Stages) -> set[str]:
    """Stages that have a stack file, and those that a host names without one."""
    found = set(stages.all)
    for stage in stages.all.values():
        if stage.settings.host is not None:
            found |= set(stage.settings.host.tenants)
    return found


def hosted(stages: Stages) -> set[str]:
    """The stages that the current stack hosts, itself among them; none for a tenant's stack."""
    return {stage for stage in all_stages(stages) if hosts(stages, stages.current.name, stage)}


def names_of(stages: Stages, stage: str) -> Names:
    """The stage's names, in its own account where it has a stack file."""
    known = stages.all.get(stage)
    return known.names if known else stages.current.names.of(stage)


def host_names(stages: Stages) -> Names:
    """The names of the current stage's host."""
    return names_of(stages, stages.current.host)


def strangers(stages: Stages) -> set[str]:
    """Stages that the current one's host does not host."""
    host = stages.current.host
    near = {stage for stage in all_stages(stages) if hosts(stages, host, stage)}
    return all_stages(stages) - near - {stages.current.name}


def owned_by(text: str, names: Names) -> bool:
    """Whether `text` holds a name that only this stage's things bear."""
    stage = re.escape(names.stage)
    forms = (
        rf"{re.escape(names.prefix)}-{stage}",
        rf"{stage}_(admin|app|readonly|master|host_[a-z]+)",
        rf"dags/{stage}",
        rf"{re.escape(names.prefix)}-[0-9]{{12}}-[0-9a-z-]+-{stage}",
    )
    pattern = rf"(?<![a-z0-9])({'|'.join(forms)})(?![a-z0-9])"
    return re.search(pattern, text.lower()) is not None


def made_names(names: Names) -> dict[str, str]:
    """What stages/names.py makes for a stage, by what it is."""
    return {
        "the server's master": names.master,
        "the host's admin": names.host_admin,
        "the host's maker of roles": names.host_roles,
        "the database admin": names.admin,
        "the app's database role": names.app,
        "the readers' database role": names.readonly,
        "a database": names.database("x"),
        "a bucket": names.bucket("x"),
        "the DAG prefix": names.dag_prefix,
        "the Airflow environment": names.environment,
        "a resource": names.resource("x"),
        "a role's ARN": names.role_arn("x"),
        "a key's alias": names.key_alias("x"),
        "the gateway": names.gateway,
        "the readers' session document": names.session_document,
        "the private zone": names.zone,
        "the server's name in it": names.server_host,
        "the readers' name in it": names.reader_host,
        "the audit trail": names.trail,
    }


def words(text: str) -> set[str]:
    """The words of a name, in lower case: `devstages-test_App` has devstages, test and app."""
    return set(re.split(r"[^a-z0-9]+", text.lower()))


def worded(text: str, otherwise: str = "absent") -> str:
    """The text for a message, and what stands for it where it is empty."""
    return text or otherwise
