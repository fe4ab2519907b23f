"""Build a mail to a customer: plain text, the same form for every reply."""

from collections.abc import Iterable, Sequence

GREETING = "Hello,"
CLOSING = "If anything is unclear, answer this mail with the request id.\n\nKind regards,\nPixel API support"


def mail(opening: str, sections: Sequence[str] = ()) -> str:
    """Return a mail with an opening paragraph and sections, which are numbered if there are several."""
    if len(sections) > 1:
        sections = [f"({number}) {section}" for number, section in enumerate(sections, start=1)]
    return "\n\n".join([GREETING, opening, *sections, CLOSING])


def mail_section(happened: str, steps: Sequence[str], retry: str, afterwards: str, details: Iterable[str] = ()) -> str:
    """Return what a mail says about one cause.

    `details` are paragraphs after what happened. Empty texts are left out.
    """
    paragraphs = [
        f"What happened:\n{happened}",
        *details,
        "What to do:\n" + "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1)),
        f"Trying again:\n{retry}" if retry else "",
        f"Afterwards:\n{afterwards}",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
