"""Give each class of HTTP status a colour, the same on every page."""

from typing import Literal

StatusColour = Literal["green", "orange", "red", "gray"]


def status_colour(status: int | None) -> StatusColour:
    """Return green for 2xx, orange for 4xx, red for 5xx, and grey for anything else."""
    colours: dict[int, StatusColour] = {2: "green", 4: "orange", 5: "red"}
    return "gray" if status is None else colours.get(status // 100, "gray")
