"""Import a whole file: read, take in chunks, count, report."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from service.domain.incoming import IncomingVisit, Taken
from service.domain.values import Clinic
from service.intake.csv_file import LineRead, read_visits
from service.intake.csv_source import open_csv
from service.intake.mapping import Mapping
from service.intake.problem import Problem, Severity

MOST_PROBLEMS_KEPT = 1_000

Take = Callable[[Sequence[IncomingVisit]], Sequence[Taken]]
Progress = Callable[[int, int], None]
Tell = Callable[[Problem], None]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """`new`, `changed`, `unchanged` and `refused` count lines, `warnings` counts warnings.

    `problems` are the first `MOST_PROBLEMS_KEPT`; `problems_left_out` counts the others.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    warnings: int = 0
    problems: tuple[Problem, ...] = ()
    problems_left_out: int = 0

    @property
    def taken(self) -> int:
        return self.new + self.changed + self.unchanged


class Interrupted(Exception):
    """The operator stopped the import. What `report` counts is stored; the rest of the file is not."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("the import was interrupted")
        self.report = report


def _to_nobody(_: Problem) -> None:
    return


def import_file(
    path: Path,
    mapping: Mapping,
    take: Take,
    progress: Progress,
    chunk: int = 200,
    *,
    only: Clinic | None = None,
    tell: Tell = _to_nobody,
) -> ImportReport:
    """Take every line of the file that can be taken, `chunk` visits at a time.

    `take` stores one chunk in one transaction; it never gets the same external id twice in a chunk.
    `progress` gets bytes read and bytes in all. `tell` gets every problem, also those the report leaves out.
    Raises `UnusableFile` before anything is taken, `Interrupted` on Ctrl-C.
    """
    with open_csv(path) as source:
        counts = _Counts(tell)
        chunks = _Chunks(take, counts, chunk)
        try:
            for line in read_visits(source, mapping, only):
                chunks.add(line, mapping.columns.external_id)
                progress(source.position(), source.size)
            chunks.flush()
            progress(source.size, source.size)
        except KeyboardInterrupt:
            raise Interrupted(counts.report()) from None
        return counts.report()


class _Counts:
    """The report while it grows."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._taken = dict.fromkeys(Taken, 0)
        self._refused = 0
        self._warnings = 0
        self._kept: list[Problem] = []
        self._left_out = 0

    def add_taken(self, taken: Iterable[Taken]) -> None:
        for what in taken:
            self._taken[what] += 1

    def add_problems(self, line: LineRead) -> None:
        self._refused += line.visit is None
        for problem in line.problems:
            self.add_problem(problem)

    def add_problem(self, problem: Problem) -> None:
        self._tell(problem)
        self._warnings += problem.severity is Severity.WARNING
        if len(self._kept) < MOST_PROBLEMS_KEPT:
            self._kept.append(problem)
        else:
            self._left_out += 1

    def report(self) -> ImportReport:
        return ImportReport(
            new=self._taken[Taken.NEW],
            changed=self._taken[Taken.CHANGED],
            unchanged=self._taken[Taken.UNCHANGED],
            refused=self._refused,
            warnings=self._warnings,
            problems=tuple(self._kept),
            problems_left_out=self._left_out,
        )


class _Chunks:
    """Visits on their way to `take`. Of each one taken before, two fingerprints of 8 bytes are remembered.

    An identical line again is unchanged and goes no further. A line that contradicts an earlier one
    wins over it, in a later chunk, so that its order in the file is the order in which it counts.
    """

    def __init__(self, take: Take, counts: _Counts, size: int) -> None:
        self._take = take
        self._counts = counts
        self._size = size
        self._waiting: list[IncomingVisit] = []
        self._waiting_ids: set[str] = set()
        self._seen: dict[bytes, bytes] = {}

    def add(self, line: LineRead, id_column: str) -> None:
        self._counts.add_problems(line)
        visit = line.visit
        if visit is None:
            return
        key, fingerprint = _short(visit.external_id), visit.digest[:8]
        before = self._seen.get(key)
        self._seen[key] = fingerprint
        if before == fingerprint:
            self._counts.add_taken([Taken.UNCHANGED])
            return
        if before is not None:
            self._counts.add_problem(_contradiction(line.line, id_column, visit.external_id))
        self._wait(visit)

    def _wait(self, visit: IncomingVisit) -> None:
        if visit.external_id in self._waiting_ids:
            self.flush()
        self._waiting.append(visit)
        self._waiting_ids.add(visit.external_id)
        if len(self._waiting) >= self._size:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._counts.add_taken(self._take(tuple(self._waiting)))
        self._waiting.clear()
        self._waiting_ids.clear()


def _short(external_id: str) -> bytes:
    return blake2b(external_id.encode(), digest_size=8).digest()


def _contradiction(line: int, column: str, external_id: str) -> Problem:
    return Problem(
        line=line,
        column=column,
        value=external_id,
        problem="An earlier line of this file says something else of the same visit; this later one counts",
        remedy="Keep one line for each visit.",
        severity=Severity.WARNING,
    )
