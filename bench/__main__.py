"""Run all benchmarks at the sizes in docs/promises.md: `make bench`."""

import runpy
import sys

_RUNS: tuple[tuple[str, list[str]], ...] = (
    ("bench.ingest", ["--lines", "1000000"]),
    ("bench.ingest", ["--lines", "10000000"]),
    ("bench.lookup", []),
    ("bench.shared_ids", []),
    ("bench.page", []),
    ("bench.diagnosis", []),
    ("bench.diagnosis_size", []),
    ("bench.incidents", []),
    ("bench.trends", []),
    ("bench.formats", []),
    ("bench.refused_lines", []),
    ("bench.follow", []),
    ("bench.push", []),
    ("bench.open_pages", []),
)

for module, arguments in _RUNS:
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")
