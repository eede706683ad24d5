"""What every program of these tests begins with."""

from __future__ import annotations

from typing import Final

PRELUDE: Final = """\
import pulumi
from pulumi import ResourceOptions as Options


class Thing(pulumi.CustomResource):
    computed: pulumi.Output[str]
    shout: pulumi.Output[str]

    def __init__(self, name, inputs=None, options=None, type_="memory:index:Thing", **more):
        inputs = {**(inputs or {}), **more}
        super().__init__(type_, name, {"computed": None, "shout": None, **inputs}, options)


class Group(pulumi.ComponentResource):
    def __init__(self, name, options=None, type_="test:index:Group"):
        super().__init__(type_, name, None, options)
        self.register_outputs({})


class Memory(pulumi.ProviderResource):
    def __init__(self, name, inputs=None, options=None, **more):
        super().__init__("memory", name, {**(inputs or {}), **more}, options)


"""
