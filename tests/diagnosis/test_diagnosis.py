"""A diagnosis as JSON: its sentences as fields and as text, and nothing lost on the way back."""

import json
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.diagnosis.diagnosis import Diagnosis, RetryFinding, RetryHygiene, Sentence
from tests.diagnosis.a_diagnosis import a_diagnosis

texts = st.text(st.characters(codec="utf-8"))
sentences = st.builds(
    Sentence,
    text=texts.map("{}.".format),
    request_ids=st.lists(texts, max_size=4).map(tuple),
    weight=st.floats(0, 1),
)
hygiene = st.builds(
    RetryHygiene,
    failed_requests=st.integers(0),
    failed_operations=st.integers(0),
    retries=st.integers(0),
    findings=st.lists(
        st.builds(RetryFinding, fault=st.sampled_from(["retries_refused", "no_jitter"]), sentence=sentences)
    ).map(tuple),
)
diagnoses = st.builds(
    a_diagnosis,
    subject=texts,
    customer_id=st.none() | texts,
    status=st.sampled_from(["active", "recovered"]),
    confidence=st.floats(0, 1),
    first_seen=st.datetimes(),
    evidence_for=st.lists(sentences, max_size=3).map(tuple),
    evidence_against=st.lists(sentences, max_size=3).map(tuple),
    recovery=st.none() | sentences,
    retries=st.none() | hygiene,
    explains=st.lists(texts, max_size=3).map(tuple),
)


@given(diagnoses)
def test_a_diagnosis_read_back_from_its_json_is_the_same(diagnosis: Diagnosis) -> None:
    assert Diagnosis.model_validate(json.loads(json.dumps(diagnosis.as_json()))) == diagnosis


def test_a_citation_is_a_field_and_stands_in_brackets_in_the_text() -> None:
    diagnosis = a_diagnosis(
        evidence_for=(
            Sentence(text="It failed (twice).", request_ids=("req_b", "req_a"), weight=0.5),
            Sentence(text="It failed."),
        ),
        evidence_against=(Sentence(text="It succeeded…", request_ids=("req_a", "req_c")),),
        recovery=Sentence(text="It has stopped.", request_ids=("req_d",)),
    )
    document = diagnosis.as_json()
    assert document["for"] == ["It failed (twice) (req_b, req_a).", "It failed."]
    assert document["since"] == "It has stopped (req_d)."
    assert document["evidence"] == ["req_b", "req_a", "req_c", "req_d"]
    expected = {"text": "It failed (twice).", "request_ids": ["req_b", "req_a"], "weight": 0.5}
    assert document["evidence_for"][0] == expected


def test_retries_have_their_faults_as_names_and_as_sentences() -> None:
    findings = (
        RetryFinding(fault="retries_refused", sentence=Sentence(text="In vain.", request_ids=("req_a",))),
        RetryFinding(fault="no_jitter", sentence=Sentence(text="All alike.")),
    )
    retries = RetryHygiene(failed_requests=9, failed_operations=3, retries=6, findings=findings)
    document = a_diagnosis(retries=retries, first_seen=datetime(2026, 11, 16)).as_json()["retries"]
    assert document["faults"] == ["retries_refused", "no_jitter"]
    assert document["sentences"] == ["In vain (req_a).", "All alike."]
    assert document["request_ids"] == ["req_a"]
