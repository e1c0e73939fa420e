"""The files of a configuration folder, each read by itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from service.domain.clinic_file import ClinicFile, read_clinic
from service.domain.reading import BadFile, Mistake
from service.domain.schedule import Schedule
from service.domain.schedule_file import read_schedule
from service.domain.texts_file import Text, read_texts
from service.messaging.schedule_bundle import TextsByLanguage

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """`file` is the path as it is shown to people."""

    file: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ConfigFolder:
    """Clinics and schedules by their `name`, with the files they stand in; texts by language and name."""

    clinics: Mapping[str, ClinicFile]
    clinic_files: Mapping[str, SourceFile]
    schedules: Mapping[str, Schedule]
    schedule_files: Mapping[str, SourceFile]
    texts: TextsByLanguage
    text_files: Mapping[tuple[str, str], str]
    warnings: tuple[Mistake, ...] = ()

    def file_of_text(self, language: str, name: str) -> str:
        return self.text_files[language, name.rpartition(".")[0]]


class FolderReader:
    """Reads what can be read and collects every mistake on the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.mistakes: list[Mistake] = []

    def read(self) -> ConfigFolder:
        clinics = self._named("clinics", read_clinic, lambda found: found.clinic.name)
        schedules = self._named("schedules", read_schedule, lambda found: found.name)
        texts, text_files = self._texts()
        return ConfigFolder(
            clinics={name: found for name, (found, _) in clinics.items()},
            clinic_files={name: file for name, (_, file) in clinics.items()},
            schedules={name: found for name, (found, _) in schedules.items()},
            schedule_files={name: file for name, (_, file) in schedules.items()},
            texts=texts,
            text_files=text_files,
        )

    def _named(
        self, folder: str, read: Callable[[str, str], Value], name_of: Callable[[Value], str]
    ) -> dict[str, tuple[Value, SourceFile]]:
        found: dict[str, tuple[Value, SourceFile]] = {}
        for source in self._sources(self._path / folder):
            value = self._attempt(read, source)
            if value is None:
                continue
            name = name_of(value)
            if name in found:
                self._refuse(
                    source.file,
                    f"the name {name!r} is taken by {found[name][1].file}",
                    "Give each file a name of its own.",
                )
            found.setdefault(name, (value, source))
        return found

    def _texts(self) -> tuple[dict[str, dict[str, Text]], dict[tuple[str, str], str]]:
        texts: dict[str, dict[str, Text]] = {}
        files: dict[tuple[str, str], str] = {}
        templates = self._path / "templates"
        for folder in sorted(each for each in templates.glob("*") if each.is_dir()):
            said = texts.setdefault(folder.name, {})
            for source in self._sources(folder):
                stem = Path(source.file).stem
                files[folder.name, stem] = source.file
                for section, text in (self._attempt(read_texts, source) or {}).items():
                    said[f"{stem}.{section}"] = text
        if not texts:
            self._refuse(str(templates), "there are no texts", "Add files such as templates/en/common.toml.")
        return texts, files

    def _sources(self, folder: Path) -> Iterator[SourceFile]:
        paths = sorted(folder.glob("*.toml"))
        if not paths:
            self._refuse(str(folder), "there are no files here", "Add at least one ending in .toml.")
        for path in paths:
            try:
                yield SourceFile(file=str(path), source=path.read_text(encoding="utf-8-sig"))
            except UnicodeDecodeError:
                self._refuse(str(path), "this is not UTF-8", "Save the file with the encoding UTF-8.")
            except OSError as error:
                self._refuse(str(path), f"cannot be read: {error.strerror}", "Make the file readable.")

    def _attempt(self, read: Callable[[str, str], Value], source: SourceFile) -> Value | None:
        try:
            return read(source.source, source.file)
        except BadFile as error:
            self.mistakes += error.mistakes
            return None

    def _refuse(self, file: str, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(file=file, line=1, where="", problem=problem, remedy=remedy))
