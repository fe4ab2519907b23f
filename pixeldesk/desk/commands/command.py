"""What a command is: a model of its parameters, and how it runs.

The command line, the handover to the process that owns the store, and whatever else asks the desk are made from these
models, so that each checks the parameters alike.
"""

import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from reprlib import Repr
from types import GenericAlias
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreError, UsageError
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.settings import Settings

if TYPE_CHECKING:
    from pixeldesk.ingest.load import Progress

Answer = TypeVar("Answer")
# A value may be long: formatting ten megabytes takes a while, and nobody reads them.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 40
_LONGEST_LINE = 300
_VALUE_ERROR = "Value error, "


def _nothing(_: "Progress") -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Context:
    """What a command has besides its parameters: where its progress goes, its input, and the event that stops it."""

    progress: "Callable[[Progress], None]" = _nothing
    standard_input: BinaryIO | None = None
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Option:
    """How a parameter is called on the command line, such as `--from`."""

    name: str


@dataclass(frozen=True)
class Argument:
    """A parameter that has no name on the command line. With `reads_input`, `-` reads its text from standard input."""

    reads_input: bool = False


class Command(FrozenModel, Generic[Answer]):
    """A command and its parameters: `Lookup(text="req_7Qm2xV9cT4")`. `Answer` is what `run` returns.

    The docstring of a command is its help text, and that of a field is the help text of the parameter. A field is on
    the command line if an Option or an Argument annotates it.
    """

    typed: ClassVar[tuple[str, ...] | None] = None
    """How the command is called on the command line, if not by its name: a name, and an option if it is a variant of
    the command with that name; nothing if it is not on the command line."""

    with_json: ClassVar[Mapping[str, object]] = {}
    """The parameters that `--json` sets."""

    @property
    def writes(self) -> bool:
        """Whether the command writes to the store."""
        return False

    @property
    def reads_standard_input(self) -> bool:
        """Whether the command reads the standard input of the process that asks."""
        return False

    def prepared(self) -> Self:
        """Return the command as another process understands it: with absolute paths, for instance."""
        return self

    @abstractmethod
    def run(self, desk: Desk, context: Context, /) -> Answer:
        """Run the command on an open store. Raises PixeldeskError."""

    def run_without_store(self, _: Settings, error: StoreError, /) -> Answer:
        """Run the command where the store is missing or does not open. Raises the error, unless overridden."""
        raise error

    def exit_code(self, _: Answer, /) -> int:
        """Return the exit code of the command line: 0 done, 1 the answer is "no" or "not all", 2 could not do it."""
        return 0

    def problems(self, _: Answer, /) -> Sequence[str]:
        """Return what went wrong on the way, in sentences for stderr."""
        return ()

    @classmethod
    def command_name(cls) -> str:
        """Return the command's name: that of its class, in lower case and with underscores."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__).lstrip("_")

    @classmethod
    def summary(cls) -> str:
        """Return the first paragraph of the command's docstring."""
        return (cls.__doc__ or "").partition("\n\n")[0].strip()

    def __class_getitem__(cls, answer: Any) -> Any:
        """Return the base of commands with this answer. pydantic would make a model for each, which takes long."""
        return GenericAlias(cls, (answer,))

    @classmethod
    def answer_type(cls) -> Any:
        """Return the type of the answer."""
        bases = (base for each in cls.__mro__ for base in each.__dict__.get("__orig_bases__", ()))
        return next(get_args(base)[0] for base in bases if get_origin(base) is Command)

    @classmethod
    def answer_adapter(cls) -> "TypeAdapter[Answer]":
        """Return what parses an answer from JSON and has its schema."""
        return _adapter(cls)

    @classmethod
    def of(cls, parameters: object) -> Self:
        """Return the command with parameters as JSON has them. Raises UsageError with one line on the first mistake."""
        try:
            return cls.model_validate(parameters)
        except ValidationError as error:
            raise UsageError(_mistake(cls, error.errors(include_url=False)[0])[:_LONGEST_LINE]) from None
        except RecursionError:
            raise UsageError(f"{cls.command_name()}: its parameters are nested too deeply") from None


def as_json(answer: object) -> Any:
    """Return an answer as a JSON document."""
    if isinstance(answer, FrozenModel):
        return answer.as_json()
    if isinstance(answer, list | tuple):
        return [as_json(each) for each in answer]
    return answer


@cache
def _adapter(command: type[Command[Answer]]) -> "TypeAdapter[Answer]":
    return TypeAdapter(command.answer_type())


def _mistake(command: type[Command[Any]], error: ErrorDetails) -> str:
    """Return a line that says what is wrong with a parameter and what the command takes."""
    name, where = command.command_name(), ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{name} needs {where}; it takes: {_takes(command)}"
        case "extra_forbidden":
            return f"{name} takes no {_SHORT.repr(where)}; it takes: {_takes(command)}"
        case "string_unicode":
            return f"{name}: {where}: UTF-8 cannot encode {_SHORT.repr(error['input'])}"
        case "value_error":
            message = error["msg"].removeprefix(_VALUE_ERROR)
            return f"{name}: {where}: {message}" if where else message
    shown = "null" if error["input"] is None else _SHORT.repr(error["input"])
    at = f"{where}: " if where else ""
    return f"{name}: {at}{shown} is refused: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _takes(command: type[Command[Any]]) -> str:
    return ", ".join(command.model_fields) or "nothing"


def parameters_of(command: Command[Any]) -> Mapping[str, object]:
    """Return the parameters of a command as JSON, for another process."""
    return command.model_dump(mode="json", by_alias=True)
