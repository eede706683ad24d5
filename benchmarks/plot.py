"""The figures as a picture: time and memory against the number of resources."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Figures


def write_plot(figures: Figures, file: Path) -> None:
    """Write the picture as SVG."""
