"""What is a stage's own by name, replaced by what it is: `preprod_admin` becomes `<stage>_admin`.

Another stage's name, account or network stays as it is, so that it shows as a difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from stages.names import BUCKET_NAME_MAX, shorten
from stages.settings import StackSettings

NETWORK = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?![\d.])")


@dataclass(frozen=True, kw_only=True)
class Placeholders:
    """Replaces the names of one stage."""

    stage: str
    settings: StackSettings

    def replace(self, value: Any) -> Any:
        """`value` with every text in it replaced, keys too."""
        if isinstance(value, dict):
            return {self.text(key): self.replace(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.replace(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """`text` without the stage's own names."""
        text = NETWORK.sub(lambda found: self._network(found[0]), text)
        for pattern, placeholder in self._patterns:
            text = pattern.sub(placeholder, text)
        return text

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        account, region = self.settings.aws.account_id, self.settings.aws.region
        start = f"{self.settings.stage.prefix}-{account}-{region}"
        words = {
            # Cut names carry a hash of what was cut; see Names.bucket.
            **{shorten(start, limit): "<bucket>" for limit in range(20, BUCKET_NAME_MAX)},
            account: "<account>",
            self.settings.stage.prefix: "<prefix>",
            self.stage: "<stage>",
        }
        found = [(_word(word), placeholder) for word, placeholder in words.items()]
        # Part of an ARN or of a zone, not the region itself: where a host runs is to be seen.
        return [*found, (re.compile(rf"(?<=[:.-]){region}|{region}(?=[a-f:.])"), "<region>")]

    def _network(self, text: str) -> str:
        """A network of the VPC by its place in it: `<vpc>+4096/20`."""
        host = self.settings.host
        try:
            network = IPv4Network(text)
        except ValueError:
            return text
        if host is None or not network.subnet_of(host.network.cidr):
            return text
        offset = int(network.network_address) - int(host.network.cidr.network_address)
        return f"<vpc>+{offset}/{network.prefixlen}"


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")
