"""On which line each key of a TOML source stands; the standard library's parser does not tell.

Works on sources that `tomllib` has accepted, so it may take the grammar for granted.
"""

import re

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[\s\ufeff]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[\[{]|[\]}]|\n''', re.DOTALL
)
_TEXT_BELOW = re.compile(r"""[ \t]*("{3}|'{3})\r?\n""")


def lines_of(source: str) -> dict[Path, int]:
    """The line (from 1) of every table and key; entries of an array of tables are numbered from 0.

    For a value in triple quotes that starts on the next line, the path with "" added says that line.
    Keys inside an inline table have no line of their own: `line_of` answers with that of the table.
    """
    return _Locator(source).lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Locator:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._table: Path = ()
        at = self._skip_space(0)
        while at < len(source):
            at = self._skip_space(self._statement(at))

    def _statement(self, at: int) -> int:
        if self.source.startswith("[[", at):
            return self._header(at + 2, is_array=True) + 2
        if self.source[at] == "[":
            return self._header(at + 1, is_array=False) + 1
        key, after = self._key(at)
        path = self._table + key
        self._note(path, at)
        return self._value(path, after + 1)

    def _header(self, at: int, *, is_array: bool) -> int:
        key, after = self._key(at)
        path = self._into_arrays(key[:-1]) + key[-1:]
        if is_array:
            self._note(path, at)
            self._counts[path] = self._counts.get(path, -1) + 1
        self._table = self._into_arrays_last(path)
        self._note(self._table, at)
        return after

    def _into_arrays(self, key: Path) -> Path:
        """A header names an array of tables to mean its latest entry."""
        path: Path = ()
        for part in key:
            path = self._into_arrays_last((*path, part))
        return path

    def _into_arrays_last(self, path: Path) -> Path:
        return (*path, self._counts[path]) if path in self._counts else path

    def _key(self, at: int) -> tuple[Path, int]:
        parts: list[str] = []
        while (found := _KEY_PART.match(self.source, at)) is not None:
            parts.append(found[1].strip("\"'"))
            at = found.end()
            if self.source[at : at + 1] != ".":
                break
            at += 1
        return tuple(parts), at

    def _value(self, path: Path, at: int) -> int:
        """The end of the value: the first line end outside strings and brackets."""
        if (text_below := _TEXT_BELOW.match(self.source, at)) is not None:
            self._note((*path, ""), text_below.end())
        depth = 0
        for token in _TOKEN.finditer(self.source, at):
            if token[0] == "\n" and depth == 0:
                return token.start()
            depth += (token[0] in ("[", "{")) - (token[0] in ("]", "}"))
        return len(self.source)

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, self.source.count("\n", 0, at) + 1)

    def _skip_space(self, at: int) -> int:
        found = _SPACE.match(self.source, at)
        return at if found is None else found.end()
