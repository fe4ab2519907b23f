"""Define every error of pixeldesk, in one tree.

* PixeldeskError            the root: one clear line for a person, and the exit code of the command line
  * UsageError              the question or its parameters cannot be understood
    * FormatUnclear         nothing says in which of several formats lines are to be read
  * InputError              a source cannot be read (the message names the source and the remedy)
  * StoreError              the store cannot be used
    * StoreMissing          there is no store at that path yet
    * StoreLocked           another process owns the store
    * StoreVersionError     the store was written by another version of pixeldesk or of its engine
    * StoreBroken           the store's file is damaged
    * StoreFull             no space left, on the disk or within the memory limit
  * ServerError             the dashboard's server owns the store, but cannot be reached or refused the command

Raised at the cause; printed in one place, `cli.main`.
"""


class PixeldeskError(Exception):
    """The root of the tree. `str(error)` is one line that a person can act on."""

    exit_code = 2


class UsageError(PixeldeskError):
    """The question or its parameters cannot be understood."""


class FormatUnclear(UsageError):
    """Nothing says in which of several formats lines are to be read. `candidates` are their names."""

    def __init__(self, problem: str, candidates: tuple[str, ...]) -> None:
        self.problem = problem
        self.candidates = candidates
        super().__init__(self.message("--format "))

    def message(self, option: str) -> str:
        """Return the problem and the remedy: the option with which a user of this interface names a format."""
        return f"{self.problem}; give {' or '.join(option + candidate for candidate in self.candidates)}"


class TextUnknown(UsageError):
    """A source is text, and no format reads it. `timeless`: what it would be if its lines had a time."""

    def __init__(self, timeless: str | None = None) -> None:
        super().__init__(
            f"its lines have no time, so nothing of it was stored; they look like {timeless}: have the program log the "
            "time, or read what docker logs --timestamps or kubectl logs --timestamps make of them"
            if timeless
            else "its lines are text that no log format reads; nothing of it was stored; describe it in a file of your "
            "own (docs/adding_a_format.md), or have the program write JSON"
        )


class InputError(PixeldeskError):
    """A source of log lines cannot be read."""


class StoreError(PixeldeskError):
    """The store cannot be used."""


class StoreMissing(StoreError):
    """There is no store at that path yet."""


class StoreLocked(StoreError):
    """Another process owns the store. `pid` is that process, if the engine's message has it."""

    def __init__(self, message: str, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


class StoreVersionError(StoreError):
    """The store was written by another version of pixeldesk or of its engine."""


class StoreBroken(StoreError):
    """The store's file is damaged."""


class StoreFull(StoreError):
    """No space left, on the disk or within the memory limit."""


class ServerError(PixeldeskError):
    """The dashboard's server owns the store, but cannot be reached or refused the command."""
