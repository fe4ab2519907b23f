"""Make the evidence for and against a diagnosis: sentences with numbers, each with request ids that show it.

The templates are in the case files; their values are facts of the logs. A placeholder may have a format:
`{keys:different key}` gives `1 different key` or `312 different keys`, `{at:moment}` a time, `{since:day}` a date,
`{wait:seconds}` a span of time.
"""

import string
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pixeldesk.catalogue.wording import counted, one_line, spell_day, spell_moment, spell_seconds
from pixeldesk.diagnosis.case_file import Evidence
from pixeldesk.diagnosis.diagnosis import Sentence

_MOST_CITED = 4


def sentences(templates: Iterable[Evidence], facts: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """Return the sentences whose `when` applies to these facts."""
    return tuple(_sentence(template, facts) for template in templates if _applies(facts.get(template.when)))


def confidence(supports: Iterable[Sentence], opposes: Iterable[Sentence], certainty: float = 1.0) -> float:
    """Return the confidence of a diagnosis, from 0 to 0.99, rounded to two decimals.

    Weights combine as independent probabilities: (1 - (1 - w1)(1 - w2)…) x (1 - d1)(1 - d2)… x certainty, with weights
    w for and d against. `certainty` is the probability that the requests belong to the customer.
    """
    doubt = 1.0
    for sentence in supports:
        doubt *= 1 - sentence.weight
    sure = 1 - doubt
    for sentence in opposes:
        sure *= 1 - sentence.weight
    return round(min(sure * certainty, 0.99), 2)


def _applies(value: Any) -> bool:
    return value is not None and value is not False and value != 0 and value != "" and value != []


def _sentence(template: Evidence, facts: Mapping[str, Any]) -> Sentence:
    text = _Wording().vformat(template.says, (), facts)
    cited = [request_id for name in template.cites for request_id in _as_list(facts.get(name))]
    return Sentence(
        text=f"{text[:1].upper()}{text[1:]}.",
        request_ids=tuple(dict.fromkeys(cited))[:_MOST_CITED],
        weight=template.weight,
    )


def _as_list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value if item] if isinstance(value, list | tuple) else [str(value)]


class _Wording(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, datetime):
            return spell_day(value) if format_spec == "day" else spell_moment(value)
        if format_spec == "seconds":
            return spell_seconds(float(value))
        if format_spec:
            return counted(int(value), format_spec)
        return f"{value:,}" if isinstance(value, int) else one_line(value)
