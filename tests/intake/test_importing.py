import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from service.domain.incoming import IncomingVisit, Taken
from service.intake.importing import (
    MOST_PROBLEMS_KEPT,
    ImportReport,
    Interrupted,
    Progress,
    Take,
    import_file,
)
from service.intake.problem import Problem
from tests.intake.exports import HEADER, REAL_EXPORT, export, line, mapping


class Shelf:
    """Keeps visits as storage does: by their id, and compares digests."""

    def __init__(self) -> None:
        self.kept: dict[str, IncomingVisit] = {}
        self.chunks: list[int] = []

    def take(self, visits: Sequence[IncomingVisit]) -> list[Taken]:
        assert len({visit.external_id for visit in visits}) == len(visits)
        self.chunks.append(len(visits))
        return [self._one(visit) for visit in visits]

    def _one(self, visit: IncomingVisit) -> Taken:
        before = self.kept.get(visit.external_id)
        self.kept[visit.external_id] = visit
        if before is None:
            return Taken.NEW
        return Taken.UNCHANGED if before.digest == visit.digest else Taken.CHANGED


def silent(done: int, size: int) -> None:
    return


def run(path: Path, take: Take, progress: Progress = silent) -> ImportReport:
    return import_file(path, mapping(), take, progress)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


def lines(number: int) -> Iterator[str]:
    return (line(appt_id=f"A{n}", patient_id=f"P{n}") for n in range(number))


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    shelf = Shelf()
    path = export(tmp_path, *lines(5))
    assert counts(run(path, shelf.take)) == (5, 0, 0, 0)
    assert counts(run(path, shelf.take)) == (0, 0, 5, 0)


def test_a_changed_file_changes_what_changed(tmp_path: Path) -> None:
    shelf = Shelf()
    run(export(tmp_path, *lines(5)), shelf.take)
    moved = line(appt_id="A3", patient_id="P3", time="2:00 PM")
    assert counts(run(export(tmp_path, *lines(3), moved), shelf.take)) == (0, 1, 3, 0)


def test_bad_lines_do_not_stop_the_others(tmp_path: Path) -> None:
    report = run(export(tmp_path, line(date="02/31/2027"), line(), line(appt_id="")), Shelf().take)
    assert counts(report) == (1, 0, 0, 2)
    assert [problem.line for problem in report.problems] == [2, 4]


def test_a_repeated_line_is_unchanged_and_worth_no_word(tmp_path: Path) -> None:
    report = run(export(tmp_path, line(), line(appt_id="A2"), line()), Shelf().take)
    assert counts(report) == (2, 0, 1, 0)
    assert report.problems == ()


def test_of_two_lines_that_contradict_each_other_the_later_wins_with_a_warning(tmp_path: Path) -> None:
    shelf = Shelf()
    report = run(export(tmp_path, line(), line(time="2:00 PM")), shelf.take)
    assert counts(report) == (1, 1, 0, 0)
    assert shelf.kept["A1"].starts_at.hour == 21
    (warning,) = report.problems
    assert (warning.line, warning.column, warning.value) == (3, "Appt ID", "A1")


def test_visits_are_taken_in_chunks(tmp_path: Path) -> None:
    shelf = Shelf()
    run(export(tmp_path, *lines(450)), shelf.take)
    assert shelf.chunks == [200, 200, 50]


def test_progress_counts_the_bytes_up_to_the_end(tmp_path: Path) -> None:
    path = export(tmp_path, *lines(300))
    seen: list[tuple[int, int]] = []
    run(path, Shelf().take, lambda done, size: seen.append((done, size)))
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_ctrl_c_says_what_is_in(tmp_path: Path) -> None:
    shelf = Shelf()

    def take_two_chunks(visits: Sequence[IncomingVisit]) -> list[Taken]:
        if len(shelf.chunks) == 2:
            raise KeyboardInterrupt
        return shelf.take(visits)

    with pytest.raises(Interrupted) as stopped:
        run(export(tmp_path, *lines(900)), take_two_chunks)
    assert stopped.value.report.taken == len(shelf.kept) == 400


def test_a_flood_of_problems_is_counted_told_and_not_held(tmp_path: Path) -> None:
    told: list[Problem] = []
    bad = [line(date="02/31/2027")] * (MOST_PROBLEMS_KEPT + 10)
    report = import_file(export(tmp_path, *bad), mapping(), Shelf().take, silent, tell=told.append)
    assert (len(report.problems), report.problems_left_out) == (MOST_PROBLEMS_KEPT, 10)
    assert len(told) == report.refused == MOST_PROBLEMS_KEPT + 10


def test_ten_thousand_lines_are_read_in_less_than_five_seconds(tmp_path: Path) -> None:
    path = export(tmp_path, *lines(10_000))
    began = time.monotonic()
    report = run(path, lambda visits: [Taken.NEW] * len(visits))
    assert report.new == 10_000
    assert time.monotonic() - began < 5


def test_a_longer_file_needs_hardly_more_memory(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        path = tmp_path / "export.csv"
        with path.open("w") as stream:
            stream.writelines(f"{text}\n" for text in (HEADER, *lines(number)))
        tracemalloc.start()
        run(path, lambda visits: [Taken.NEW] * len(visits))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(200)
    assert peak(1_500) - peak(500) < 1_000 * 500  # bytes a line: two fingerprints and one answer


if REAL_EXPORT.exists():

    def test_the_practice_systems_export_comes_in_once() -> None:
        shelf = Shelf()
        assert counts(run(REAL_EXPORT, shelf.take)) == (249, 0, 1, 4)
        assert counts(run(REAL_EXPORT, shelf.take)) == (0, 0, 250, 4)
