"""Counting segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.segments import segments_of


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ñ" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("x" * 69 + "’", 1),
        ("x" * 1600, 11),
        ("ç" * 1600, 24),
    ],
)
def test_segments_are_counted_as_the_carriers_do(body: str, segments: int) -> None:
    assert segments_of(body) == segments


@given(st.text(max_size=400), st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_segments(body: str, more: str) -> None:
    assert segments_of(body + more) >= segments_of(body)
