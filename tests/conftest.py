"""What all tests share."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does; speed is measured in evaluation.bench.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

_CHROMIUM = Path("/usr/bin/chromium")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Skip the browser tests, and say so, where there is no Chromium; never in CI."""
    if _CHROMIUM.exists() or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason=f"no Chromium at {_CHROMIUM}; `apt-get install chromium` brings it")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
