"""How properties are recorded: as outputs, as a preview's outputs, as inputs after a refresh.

Nulls, empty lists and zeros are where the real plugin's answers have them.
"""

from __future__ import annotations

from emulator.providers.postgresql.attributes import DEFAULTS_KEY, ZEROS, Kind, ResourceType, plain
from emulator.values import UNKNOWN, Properties, Secret, without_secrets


def recorded(
    kind: ResourceType, id_: str, properties: Properties, unset: frozenset[str] = frozenset()
) -> Properties:
    """Outputs, with null for what was never set (`unset`, and text that nothing reads)."""
    outputs: Properties = {"id": id_}
    for name, attribute in kind.attributes.items():
        value = properties[name]
        is_text = attribute.kind is Kind.STRING and name not in kind.read_texts
        is_null = (name in unset and not value) or (is_text and value == "")
        if attribute.write_only or is_null:
            outputs[name] = None
        else:
            outputs[name] = Secret(value) if attribute.secret else value
    return outputs


def unset_lists(
    kind: ResourceType, olds: Properties, *, after_refresh: bool = False
) -> frozenset[str]:
    """Lists that the recorded outputs do not have: where empty they stay null.

    A refresh turns those into empty lists that reading sets.
    """
    return frozenset(
        name
        for name, attribute in kind.attributes.items()
        if isinstance(ZEROS[attribute.kind], list)
        and not attribute.computed
        and olds.get(name) is None
        and not (after_refresh and name in kind.read_lists)
    )


def previewed(
    kind: ResourceType, id_: str, plan: Properties, news: Properties, olds: Properties
) -> Properties:
    """Outputs as far as a preview knows them; empty `id_`: of a resource yet to be made."""
    outputs: Properties = {"id": id_ or UNKNOWN}
    for name, attribute in kind.attributes.items():
        if attribute.write_only:
            outputs[name] = None
        elif news.get(name) is not None or attribute.default is not None:
            outputs[name] = Secret(plan[name]) if attribute.secret else plan[name]
        elif attribute.computed:
            outputs[name] = olds.get(name) if id_ else UNKNOWN
        else:
            outputs[name] = None
    return outputs


def refreshed_inputs(kind: ResourceType, inputs: Properties, outputs: Properties) -> Properties:
    """The inputs with what stands now; one that differs from its default counts as given.

    A list gets no longer: what others added shows in the outputs only.
    """
    found: Properties = {}
    defaults = set(inputs.get(DEFAULTS_KEY, []))
    for name, old in inputs.items():
        if name not in outputs or name not in kind.attributes:
            continue
        value = without_secrets(outputs[name])
        if isinstance(old, list):
            value = (value or [])[: len(old)]
        if value != plain(kind.attributes[name], old):
            defaults.discard(name)
        found[name] = value
    return found | ({DEFAULTS_KEY: sorted(defaults)} if defaults else {})


def imported_inputs(kind: ResourceType, outputs: Properties) -> Properties:
    """What a program has to say to get the resource: all that is no default."""
    inputs: Properties = {}
    for name, attribute in kind.attributes.items():
        value = without_secrets(outputs[name])
        if value is not None and value not in (ZEROS[attribute.kind], attribute.default):
            inputs[name] = value
    return inputs | {DEFAULTS_KEY: []}
