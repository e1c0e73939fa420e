"""Texts as templates: what one may contain, compiled once for each source.

A text needs variables, `if` and a few filters. Everything else Jinja2 offers is refused before it can
run, and what runs does so in Jinja2's immutable sandbox: staff write these texts in a browser.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

VARIABLES = frozenset(
    {
        *("patient.first_name", "clinic.name", "clinic.phone", "visit.date", "visit.time", "visit.when"),
        *("clock.solids", "clock.light_meal", "clock.clear_liquids", "clock.medicines", "clock.arrival"),
        *("driving.until", "link"),
    }
)
FILTERS = frozenset({"capitalize", "default", "lower", "trim", "upper"})
TESTS = frozenset({"defined", "undefined"})

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Const),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat),
    *(nodes.Name, nodes.Getattr, nodes.Filter, nodes.Test),
)


@dataclass(frozen=True, kw_only=True)
class TextProblem:
    """What is wrong with a text, at which of its lines (from 1), and what to write instead."""

    line: int
    problem: str
    remedy: str


class BadText(Exception):
    """A text that cannot be said. Its message names no person."""

    def __init__(self, problem: TextProblem) -> None:
        super().__init__(f"line {problem.line} of the text: {problem.problem}. {problem.remedy}")
        self.problem = problem


def check_template(source: str) -> TextProblem | None:
    """The first thing wrong with a text, or None. Nothing of it is run."""
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        return TextProblem(
            line=error.lineno,
            problem=f"it cannot be read: {(error.message or 'syntax error').rstrip('.')}",
            remedy="Variables are written {{ visit.time }}, conditions {% if ... %}...{% endif %}.",
        )
    return next(_problems(tree), None)


def fill(source: str, values: Mapping[str, object]) -> str:
    """The text with its variables filled in. Raises `BadText`, also for a variable without a value."""
    template = _compiled(source)
    try:
        return template.render(values)
    except UndefinedError as error:
        raise BadText(_without_value(source, str(error.message))) from None


def variables_in(source: str) -> frozenset[str]:
    """The variables a sound text quotes or asks about, as `visit.time`."""
    found = (_dotted(node) for node in _ENVIRONMENT.parse(source).find_all((nodes.Name, nodes.Getattr)))
    return frozenset(name for name in found if name in VARIABLES)


@lru_cache(maxsize=2048)
def _compiled(source: str) -> Template:
    problem = check_template(source)
    if problem is not None:
        raise BadText(problem)
    return _ENVIRONMENT.from_string(source)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


_ENVIRONMENT = _environment()


def _problems(node: nodes.Node) -> Iterator[TextProblem]:
    """Depth first, in reading order; a variable is judged whole, as `visit.time`."""
    if isinstance(node, nodes.Name | nodes.Getattr):
        name = _dotted(node)
        if name not in VARIABLES:
            yield _unknown_variable(node, name)
        return
    refusal = _refusal(node)
    if refusal:
        yield TextProblem(line=node.lineno, problem=refusal, remedy=_PLAINER)
        return
    for child in node.iter_child_nodes():
        yield from _problems(child)


_PLAINER = "A text may use the documented variables, if/else, and the filters " + ", ".join(sorted(FILTERS)) + "."


def _refusal(node: nodes.Node) -> str:
    if not isinstance(node, _ALLOWED):
        return f"{type(node).__name__.lower()!r} is not allowed in a text"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"the filter {node.name!r} is not allowed in a text"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"the test {node.name!r} is not allowed in a text"
    return ""


def _dotted(node: nodes.Node) -> str | None:
    """`visit.time`; None where the thing before the dot is not a plain name."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return None


def _unknown_variable(node: nodes.Node, name: str | None) -> TextProblem:
    if name is None:
        problem = "a dot may only follow patient, clinic, visit, clock or driving"
    else:
        problem = f"there is no variable {name}"
    return TextProblem(line=node.lineno, problem=problem, remedy=f"Use one of {', '.join(sorted(VARIABLES))}.")


def _without_value(source: str, message: str) -> TextProblem:
    """Finds the variable again that Jinja2 missed, for its message says only the part after the dot."""
    named = [(_dotted(node), node.lineno) for node in _ENVIRONMENT.parse(source).find_all(nodes.Getattr)]
    missing = ((name, line) for name, line in named if name and f"'{name.partition('.')[2]}'" in message)
    name, line = next(missing, ("a variable", 1))
    return TextProblem(
        line=line,
        problem=f"{name} has no value for this visit",
        remedy="Give the schedule that clock or rule, or take the variable out of the text.",
    )
