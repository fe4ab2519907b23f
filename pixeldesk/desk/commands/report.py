"""Review a week, as a noun or as a file."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, get_args

from pydantic import BeforeValidator, PlainSerializer, field_validator, model_validator

from pixeldesk.desk.commands.command import Command, Context, Option
from pixeldesk.desk.desk import Desk
from pixeldesk.frozen_model import FrozenModel
from pixeldesk.weekly.form import Form

if TYPE_CHECKING:
    from pixeldesk.weekly.review import Review

Content = Annotated[
    bytes,
    BeforeValidator(lambda given: b64decode(given) if isinstance(given, str) else given),
    PlainSerializer(lambda content: b64encode(content).decode(), return_type=str, when_used="json"),
]
"""The bytes of a file. JSON has them in base64."""


class Report(Command["Review"]):
    """Review a week: error rates against the weeks before, new codes, customers, incidents, availability."""

    typed: ClassVar[tuple[str, ...]] = ()

    week: Annotated[str | None, Option("--week")] = None
    """Like 2026-W47; else the newest without gaps."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only there."""

    @classmethod
    def answer_type(cls) -> Any:
        from pixeldesk.weekly.review import Review  # Imports scipy, which other commands need not load.

        return Review

    def run(self, desk: Desk, _: Context) -> "Review":
        return desk.report(self.week, self.environment)


class ReportContent(FrozenModel):
    """A weekly review as the content of a file."""

    form: Form
    """The form of the file."""
    content: Content
    """The bytes of the file."""


class ReportFile(Command[ReportContent]):
    """Review a week: error rates against the weeks before, new codes, customers, incidents, availability."""

    typed: ClassVar[tuple[str, ...]] = ("report",)
    with_json: ClassVar[Mapping[str, object]] = {"form": "json"}

    week: Annotated[str | None, Option("--week")] = None
    """Like 2026-W47; else the newest without gaps."""
    form: Annotated[Form, Option("--format")] = "md"
    """md, html, csv, xlsx or json."""
    environment: Annotated[str | None, Option("--environment")] = None
    """Only there."""
    out: Annotated[Path | None, Option("--out")] = None
    """Write it to this file; xlsx needs one."""

    @field_validator("form", mode="before")
    @classmethod
    def _name_the_forms(cls, form: object) -> object:
        if form not in get_args(Form):
            *forms, last = get_args(Form)
            raise ValueError(f"a report is made as {', '.join(forms)} or {last}, not as {form!r}")
        return form

    @model_validator(mode="after")
    def _refuse_a_workbook_on_a_terminal(self) -> Self:
        if self.form == "xlsx" and self.out is None:
            raise ValueError("xlsx is no text: give it a file with --out FILE")
        return self

    def run(self, desk: Desk, _: Context) -> ReportContent:
        from pixeldesk.weekly.export import exported  # Imports the libraries of templates and workbooks.

        return ReportContent(form=self.form, content=exported(desk.report(self.week, self.environment), self.form))
