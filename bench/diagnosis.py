"""Measure how accurate `pixeldesk diagnose` is, on worlds drawn for this and used nowhere else.

    python -m bench.diagnosis [--worlds 3] [--seed 8201] [--traffic 1.0]
    python -m bench.diagnosis --truth DIR [--truth DIR …]

The real commands ingest each world into a fresh store and diagnose it; seconds and peak memory are those of diagnose.
`--truth` scores folders from other simulators: `DIR/logs/**` and `DIR/truth.json`. Below the tables, every missed label
and every false diagnosis is listed, as a starting point for improvements.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.command import Finished, pixeldesk
from bench.measured import table
from bench.scoring import CaseScore, Score, score, world_of
from sample_logs.simulator.drawn import cast_drawn
from sample_logs.simulator.sample import write_sample

FIRST_SEED = 8201


def _worlds(given: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """Yield each world's name and its folder. A drawn world's folder is deleted when the next is requested."""
    for folder in given.truth or ():
        yield str(folder), folder
    for seed in range(given.seed, given.seed + (0 if given.truth else given.worlds)):
        with tempfile.TemporaryDirectory() as temporary:
            write_sample(Path(temporary), seed, traffic=given.traffic, compression="none", cast=cast_drawn)
            yield f"seed {seed}", Path(temporary)


def _measure(folder: Path) -> tuple[Score, dict[str, Any], Finished]:
    """Score one world, and return the score with the output of ingest and diagnose."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as temporary:
        db = str(Path(temporary) / "pixeldesk.duckdb")
        read = pixeldesk("ingest", str(folder / "logs"), "--db", db)
        diagnosed = pixeldesk("diagnose", "--db", db)
    return score(world_of(truth), diagnosed.output), read.output, diagnosed


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _case_row(name: str, case: CaseScore) -> list[str]:
    counts = [str(count) for count in (case.planted, case.found, case.false, case.missed)]
    figures = [_figure(case.precision), _figure(case.recall), f"{case.f1:.3f}"]
    return [name, *counts, *figures, f"{case.status_right} of {case.status_scored}"]


def _world_row(name: str, result: Score, requests: str, seconds: float, peak_mib: float) -> list[str]:
    total = result.total
    return [
        name,
        requests,
        f"{result.macro_f1:.3f}",
        f"{result.blamed} of {result.healthy} ({_share(result.blamed, result.healthy)})",
        f"{total.status_right} of {total.status_scored} ({_share(total.status_right, total.status_scored)})",
        f"{seconds:.1f}",
        f"{peak_mib:.0f}",
    ]


def _print_mistakes(world: str, result: Score) -> None:
    """Print a line for every missed label, false diagnosis and wrong status."""
    for label in result.missed:
        who = label.customer_id or label.client_ip
        print(f"missed | {world} | {label.case} | {who} | {label.environment} | {label.status} | {label.variation}")
    for diagnosis, note in result.false:
        who = diagnosis.get("customer_id") or diagnosis.get("client_ip") or diagnosis.get("key_fingerprint")
        failing = f"{diagnosis.get('failing_requests')} failing, confidence {diagnosis.get('confidence')}"
        print(f"false | {world} | {diagnosis['case']} | {who} | {diagnosis.get('environment')} | {failing} | {note}")
    for label, diagnosis in result.wrong_status:
        found = f"{diagnosis.get('status')}, in truth {label.status}"
        print(
            f"status | {world} | {label.case} | {label.customer_id} | {label.environment} | {found} | {label.variation}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="of the first world; the others follow")
    parser.add_argument("--traffic", type=float, default=1.0, help="scales the requests of healthy customers")
    parser.add_argument("--truth", type=Path, nargs="+", action="extend", metavar="DIR", help="score these instead")
    given = parser.parse_args()
    everything, rows, results, slowest = Score(), [], [], (0.0, 0.0)
    for name, folder in _worlds(given):
        result, read, diagnosed = _measure(folder)
        everything.add(result)
        results.append((name, result))
        slowest = max(slowest[0], diagnosed.seconds), max(slowest[1], diagnosed.peak_mib)
        rows.append(_world_row(name, result, f"{read['requests']:,}", diagnosed.seconds, diagnosed.peak_mib))
        print(f"{name}: macro F1 {result.macro_f1:.3f}", file=sys.stderr)
    cases = [_case_row(case, everything.cases[case]) for case in sorted(everything.cases)]
    head = ["case", "planted", "found", "false", "missed", "precision", "recall", "F1", "status right"]
    table("Diagnosis, by case", head, [*cases, _case_row("all", everything.total)])
    head = ["world", "requests", "macro F1", "healthy blamed", "status right", "diagnose s", "peak MiB"]
    table("Diagnosis, by world", head, [*rows, _world_row("all", everything, "", *slowest)])
    print()
    for name, result in results:
        _print_mistakes(name, result)


if __name__ == "__main__":
    main()
