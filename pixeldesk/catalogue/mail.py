"""Build a mail to a customer: plain text that opens with what happened and ends with what to do."""

from collections.abc import Iterable, Sequence

GREETING = "Hello,"
INVITATION = "If you get stuck, just reply to this mail."
SIGNATURE = "Kind regards,\nPixel API support"
TO_DO = "What to do:"
IF_IT_COMES_BACK = "What to do if it comes back:"


def mail(paragraphs: Iterable[str]) -> str:
    """Return a mail of these paragraphs. Empty ones are left out."""
    return "\n\n".join(filter(None, [GREETING, *paragraphs, SIGNATURE]))


def numbered(sections: Sequence[str]) -> list[str]:
    """Return the sections of a mail, with numbers in front of them if there are several."""
    if len(sections) < 2:
        return list(sections)
    return [f"({number}) {section}" for number, section in enumerate(sections, start=1)]


def mail_section(happened: Iterable[str], steps: Iterable[str], heading: str = TO_DO) -> str:
    """Return what a mail says about one cause: paragraphs of what happened, and numbered steps below a heading."""
    todo = list(filter(None, steps))
    if len(todo) > 1:
        todo = [f"{number}. {step}" for number, step in enumerate(todo, start=1)]
    return "\n\n".join(filter(None, [*happened, "\n".join([heading, *todo]) if todo else ""]))
