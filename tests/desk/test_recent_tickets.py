"""What was found for the last tickets is remembered by names that nobody can guess."""

from pixeldesk.desk.recent_tickets import RecentTickets
from pixeldesk.tickets.answer import LookupAnswer


def test_the_last_tickets_are_remembered_and_older_ones_forgotten() -> None:
    recent = RecentTickets(most=2)
    answers = [LookupAnswer(ids=(f"req_Missing{number}",)) for number in range(3)]
    first, *last = [recent.remember(answer) for answer in answers]
    assert recent.recall(first) is None
    assert [recent.recall(name) for name in last] == answers[1:]
    assert recent.recall("guessed") is None


def test_a_name_says_nothing() -> None:
    recent = RecentTickets()
    answer = LookupAnswer(ids=())
    names = {recent.remember(answer) for _ in range(50)}
    assert len(names) == 50
    assert {len(name) for name in names} == {16}
