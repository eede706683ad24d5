"""The library reads properties once in a call, anew in the next, and says what it said."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = """
import sys
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer as Servicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE
from policies.per_call import spare_the_library

seen = []

def look(args, report):
    seen.append(id(args.props))
    props, region = args.props, args.provider.props["region"]
    report(f"{props['size']} {props.get('tag')} {region}", args.urn)

def asked(servicer, size, tag):
    request = analyzer_pb2.AnalyzeRequest(type="a:b:C", urn="urn", name="it")
    request.properties.update({"size": size, "tag": tag})
    request.provider.properties.update({"region": "here"})
    return [item.message.split("\\n")[-1] for item in servicer.Analyze(request, None).diagnostics]

if sys.argv[1:] == ["spared"]:
    spare_the_library()
policies = [ResourceValidationPolicy(name, "what", look) for name in ("one", "two")]
servicer = Servicer("pack", "1.0.0", policies, EnforcementLevel.MANDATORY)
for size, tag in (("small", "a"), ("large", UNKNOWN_STRING_VALUE), ("small", "b")):
    print(asked(servicer, size, tag))
print(len(seen), "shared" if seen[0] == seen[1] else "anew", file=sys.stderr)
"""


def run(*arguments: str) -> tuple[str, str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return answer.stdout, answer.stderr.strip()


def test_policies_share_the_properties_of_one_call_and_say_what_they_said() -> None:
    plain, _ = run()
    spared, how = run("spared")

    assert spared == plain
    assert plain.count("small a here") == 2
    assert "can't run policy 'one'" in plain
    assert how.endswith("shared")
