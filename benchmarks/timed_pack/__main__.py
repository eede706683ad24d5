"""The project's pack under a stopwatch (see benchmarks.policy_cost)."""

import json
import os
import runpy
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pulumi_policy.policy import _PolicyAnalyzerServicer as Servicer

PACK = Path(__file__).resolve().parents[2] / "policies"
LAST = "AnalyzeStack"
cost: dict[str, float] = {"calls_cpu_seconds": 0.0}
lock = threading.Lock()


def timed(name: str) -> None:
    """Have a method of the servicer counted, and the sum written after the last call."""
    method = getattr(Servicer, name)

    def call(self: Any, request: Any, context: Any) -> Any:
        with lock:
            cost.setdefault("start_cpu_seconds", time.process_time())
        began = time.thread_time()
        try:
            return method(self, request, context)
        finally:
            with lock:
                cost["calls_cpu_seconds"] += time.thread_time() - began
                if name == LAST:
                    cost["process_cpu_seconds"] = time.process_time()
                    Path(os.environ["PACK_COST"]).write_text(json.dumps(cost))

    setattr(Servicer, name, call)


timed("Analyze")
timed(LAST)
sys.path.insert(0, str(PACK))
runpy.run_path(str(PACK / "__main__.py"), run_name="__main__")
