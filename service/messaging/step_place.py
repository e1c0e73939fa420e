"""Where a step stands in its file, so that a mistake found later still names the line."""

from service.domain.reading import Mistake
from service.domain.schedule import Schedule, Step
from service.domain.toml_lines import line_of, lines_of
from service.messaging.folder_files import SourceFile


class StepPlace:
    """The lines of one schedule's file."""

    def __init__(self, schedule: Schedule, file: SourceFile) -> None:
        self._file = file.file
        self._lines = lines_of(file.source)
        self._keys = [step.key for step in schedule.steps]

    def mistake(self, step: Step, field: str, problem: str, remedy: str) -> Mistake:
        """At the line of the step's field, or of the step where the file leaves the field out."""
        line = line_of(self._lines, ("steps", self._keys.index(step.key), field))
        return Mistake(file=self._file, line=line, where=f"{step.key}.{field}", problem=problem, remedy=remedy)
