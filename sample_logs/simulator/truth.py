"""Make the truth file: what really happened, as the simulated clients and servers know it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sample_logs.simulator.cast.strangers import REUSED_ID
from sample_logs.simulator.clock import END, rfc3339
from sample_logs.simulator.dirt import Damage
from sample_logs.simulator.labels import Label
from sample_logs.simulator.simulation import Simulation
from sample_logs.simulator.traces import Traces

_EXAMPLES = 5
_NOTES = {
    "labels": "made by the simulated clients as they act, not by a rule over the lines",
    "customer_id": "the customer in truth, also where no line names it; null for a scanner",
    "status": "null for a scanner that went away: nobody is left to recover",
    "key_fingerprint": "of the key as presented; null where no key was presented",
    "traceable_by": "what the lines also show with that one customer: its key, its website, its address",
    "website_id": "null where the failing requests name none",
    "lines": "requests + events + damage.malformed + damage.blank + damage.duplicates; "
    "events include damage.raw_key_lines",
    "reused_request_ids": "ids that two requests share, which nothing forbids",
}


def truth_of(simulation: Simulation, damage: Damage) -> dict[str, Any]:
    """Return the truth about a finished simulation, ready for JSON."""
    counts = simulation.counts
    events = counts.events + damage.raw_key_lines
    return {
        "seed": simulation.seed,
        "from": rfc3339(simulation.start, 0),
        "to": rfc3339(END, 0),
        "notes": _NOTES,
        "counts": {
            "lines": counts.requests + events + damage.malformed + damage.blank + damage.duplicates,
            "requests": counts.requests,
            "events": events,
            "by_code": dict(sorted(counts.by_code.items())),
            "by_environment": dict(sorted(counts.by_environment.items())),
            "by_status": dict(sorted(counts.by_status.items())),
        },
        "damage": asdict(damage),
        "reused_request_ids": [REUSED_ID],
        "labels": [_label(label, simulation.traces) for label in simulation.stage.labels],
        "healthy": _healthy(simulation),
        "outages": [
            {
                "code": outage.code,
                "started_at": rfc3339(outage.started_at, 0),
                "ended_at": rfc3339(outage.ended_at, 0),
                "hosts": sorted(outage.hosts),
                "routes": sorted(outage.routes),
            }
            for outage in simulation.stage.servers.outages
        ],
    }


def _label(label: Label, traces: Traces) -> dict[str, Any]:
    failures = sorted(label.failures)
    step = max(1, len(failures) // _EXAMPLES)
    return {
        "case": label.case,
        "variation": label.variation,
        "environment": label.environment,
        "customer_id": label.customer_id,
        "key_fingerprint": label.key_fingerprint,
        "website_id": label.website_id,
        "client_ip": label.client_ip,
        "traceable_by": traces.leading_to(label),
        "status": label.status,
        "first_seen": rfc3339(failures[0][0]) if failures else None,
        "last_seen": rfc3339(failures[-1][0]) if failures else None,
        "failing_requests": len(failures),
        "examples": [request_id for _, request_id in failures[::step][:_EXAMPLES]],
    }


def _healthy(simulation: Simulation) -> list[dict[str, Any]]:
    stage = simulation.stage
    with_cases = {label.customer_id for label in stage.labels}
    remarks = {remark.customer_id: remark for remark in stage.remarks}
    return [
        {
            "customer_id": customer,
            "lookalike": remarks[customer].lookalike if customer in remarks else None,
            "note": remarks[customer].note if customer in remarks else None,
        }
        for customer in stage.world.customers
        if customer not in with_cases
    ]
