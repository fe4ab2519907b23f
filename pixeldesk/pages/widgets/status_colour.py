"""One colour a status class, the same on every page."""

from typing import Literal

StatusColour = Literal["green", "orange", "red", "gray"]


def status_colour(status: int | None) -> StatusColour:
    """Green for success, orange for a refusal, red for a failure of ours, grey for anything else."""
    colours: dict[int, StatusColour] = {2: "green", 4: "orange", 5: "red"}
    return "gray" if status is None else colours.get(status // 100, "gray")
