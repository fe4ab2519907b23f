"""What a command loads before it does anything."""

import subprocess
import sys

from tests.conftest import ROOT


def test_a_command_starts_without_what_only_pages_charts_and_frames_need() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, pixeldesk.cli.main; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    heavy = {"streamlit", "plotly", "pandas", "pyarrow", "numpy", "scipy", "uvicorn", "urllib3", "jinja2", "xlsxwriter"}
    heavy |= {"fsspec", "s3fs", "obstore", "aiohttp", "botocore"}
    heavy |= {"prometheus_client"}
    assert "duckdb" in listed
    assert heavy & set(listed) == set()
