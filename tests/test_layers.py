"""Imports run one way: read off the source of every module, and off a process that has imported the command."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT

# From the bottom up. A module may import from lower layers, and within its own package.
LAYERS = [
    {"errors"},
    {"background", "journal", "settings", "spreadsheet"},
    {"store"},
    {"queries"},
    {"diagnosis", "ingest", "retention", "trends"},
    {"incidents"},
    {"alerts", "weekly"},
    {"desk"},
    {"doctor"},
    {"commands"},
    {"app_pages", "handover", "push"},
    {"console"},
    {"cli"},
    {"app"},
]
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}
# app.py is started by a command: only when that command is run, since Streamlit takes a second to load.
BACKWARDS = {("cli", "app"), ("app", "cli")}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the product, with the package or file at the top that it belongs to."""
    for name in HEIGHT:
        alone = ROOT / f"{name}.py"
        for path in [alone] if alone.exists() else sorted((ROOT / name).rglob("*.py")):
            yield name, path


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The first part of everything that is imported anywhere in a module, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module).partition(".")[0], node.lineno


def imports() -> list[tuple[str, str, str]]:
    """Who imports whom, and where that is written."""
    return [
        (name, other, f"{path.relative_to(ROOT)}:{line}")
        for name, path in modules()
        for other, line in imported(ast.parse(path.read_text()))
    ]


def test_every_module_has_its_layer() -> None:
    known = {"sample_logs", "bench", "tests", "build", *HEIGHT}
    packages = {path.parent.name for path in ROOT.glob("*/*.py") if not path.parent.name.startswith(".")}
    assert {path.stem for path in ROOT.glob("*.py")} | packages <= known
    assert {name for name, _ in modules()} == set(HEIGHT)


def test_no_page_is_called_like_a_package() -> None:
    # Streamlit puts the folder of the pages first on the path, so that it would be imported in the package's place.
    assert {path.stem for path in (ROOT / "app_pages").glob("*.py")} & set(HEIGHT) == set()


def test_imports_run_one_way() -> None:
    wrong = [
        f"{where}: {name} imports {other}"
        for name, other, where in imports()
        if other in HEIGHT and other != name and HEIGHT[other] >= HEIGHT[name] and (name, other) not in BACKWARDS
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("streamlit", {"app", "app_pages"}),
        ("plotly", {"app", "app_pages"}),
        ("duckdb", {"store"}),
        ("clickhouse_connect", {"store"}),
        ("typer", {"cli"}),
        ("rich", {"console"}),
        ("scipy", {"incidents", "trends"}),
        ("urllib3", {"alerts"}),
        ("prometheus_client", {"push"}),
        ("starlette", {"handover", "push"}),
        ("jinja2", {"weekly"}),
        ("xlsxwriter", {"spreadsheet"}),
        ("fsspec", {"ingest"}),
        ("s3fs", set()),
        ("gcsfs", set()),
    ],
)
def test_who_may_import_a_library(library: str, allowed: set[str]) -> None:
    wrong = [where for name, other, where in imports() if other == library and name not in allowed]
    assert wrong == []


def test_nothing_of_the_product_imports_what_only_tests_need() -> None:
    wrong = [where for _, other, where in imports() if other in ("tests", "bench", "pytest", "hypothesis")]
    assert wrong == []


def test_a_command_starts_without_what_only_pages_charts_and_frames_need() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, cli; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    heavy = {"streamlit", "plotly", "pandas", "pyarrow", "numpy", "scipy", "uvicorn", "urllib3", "jinja2", "xlsxwriter"}
    heavy |= {"fsspec", "s3fs", "gcsfs", "aiohttp", "botocore"}
    heavy |= {"prometheus_client"}
    assert "duckdb" in listed
    assert heavy & set(listed) == set()
