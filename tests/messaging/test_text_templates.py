import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.messaging.text_templates import VARIABLES, BadText, check_template, fill


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_documented_variable_is_accepted(name: str) -> None:
    assert check_template(f"{{{{ {name} }}}}") is None


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ visit.__class__ }}",
        "{{ visit.time.__init__.__globals__ }}",
        "{{ link|attr('__class__') }}",
        "{{ cycler.__init__ }}",
        "{{ range(10) }}",
        "{{ patient['first_name'] }}",
        "{{ patient }}",
        "{{ self }}",
        "{{ link * 1000000000 }}",
        "{% for x in link %}{{ x }}{% endfor %}",
        "{% set link = 1 %}",
        "{% include 'a' %}",
        "{% macro a() %}{% endmacro %}",
        "{{ link is callable }}",
        "{% filter map %}{% endfilter %}",
        "{{ link if visit.time.__class__ else '' }}",
    ],
)
def test_nothing_but_words_and_conditions_is_allowed(source: str) -> None:
    assert check_template(source) is not None
    with pytest.raises(BadText):
        fill(source, {"link": "x", "visit": {"time": "9"}, "patient": {"first_name": "A"}})


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("one\ntwo {{ visit.tiem }}", 2, "visit.tiem"),
        ("one\n\n{{ visit.time", 3, "cannot be read"),
        ("{% if link %}\nnever closed", 1, "cannot be read"),
        ("one\n{{ link|shout }}", 2, "shout"),
    ],
)
def test_a_problem_names_its_line_and_a_remedy(source: str, line: int, word: str) -> None:
    problem = check_template(source)

    assert problem is not None
    assert problem.line == line
    assert word in problem.problem
    assert problem.remedy


def test_a_condition_may_ask_whether_a_clock_exists() -> None:
    source = "{% if clock.solids is defined %}Eat until {{ clock.solids }}{% else %}Eat{% endif %}"

    assert fill(source, {"clock": {"solids": "2 AM"}}) == "Eat until 2 AM"
    assert fill(source, {"clock": {}}) == "Eat"


def test_a_variable_without_a_value_is_named_with_its_line() -> None:
    with pytest.raises(BadText) as caught:
        fill("Hello\n{{ link }} {{ clock.solids }}", {"link": "x", "clock": {}})

    assert (caught.value.problem.line, caught.value.problem.problem) == (
        2,
        "clock.solids has no value for this visit",
    )


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("Hi {{ patient.first_name }}", {"patient": {"first_name": "{{ 7 * 7 }}"}}) == "Hi {{ 7 * 7 }}"


@given(st.text())
def test_any_text_is_either_refused_with_a_remedy_or_can_be_filled(source: str) -> None:
    problem = check_template(source)
    if problem is None:
        assert isinstance(fill(source, {}), str)
    else:
        assert problem.remedy
        assert problem.line >= 1
