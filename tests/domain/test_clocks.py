from dataclasses import replace
from datetime import time, timedelta

from service.domain.clocks import may_drive_at, visit_clocks
from service.domain.schedule import Driving
from service.domain.values import Clock
from tests.domain.visits import LOS_ANGELES, at, schedule, visit


def test_clocks_count_back_from_the_start() -> None:
    assert visit_clocks(visit(), schedule()) == {
        Clock.SOLIDS: at("2027-03-15 01:00"),
        Clock.CLEAR_LIQUIDS: at("2027-03-15 07:00"),
    }


def test_eight_hours_of_fasting_are_eight_hours_when_clocks_go_forward() -> None:
    sunday = visit(starts_at=at("2027-03-14 09:00"))
    assert visit_clocks(sunday, schedule())[Clock.SOLIDS] == at("2027-03-14 00:00")


def test_driving_is_safe_so_long_after_the_end() -> None:
    rule = replace(schedule(), driving=Driving(after_end=timedelta(hours=24)))
    assert may_drive_at(visit(), rule, LOS_ANGELES) == at("2027-03-16 09:40")


def test_driving_is_safe_at_a_wall_time_of_the_next_day_across_the_change() -> None:
    rule = replace(schedule(), driving=Driving(next_day_at_local=time(9)))
    saturday = visit(starts_at=at("2027-03-13 16:00"))
    assert may_drive_at(saturday, rule, LOS_ANGELES) == at("2027-03-14 09:00")


def test_a_visit_past_midnight_counts_the_day_it_ends() -> None:
    rule = replace(schedule(), driving=Driving(next_day_at_local=time(9)))
    late = visit(starts_at=at("2028-02-28 23:30"))
    assert may_drive_at(late, rule, LOS_ANGELES) == at("2028-03-01 09:00")


def test_without_a_rule_nothing_is_said_of_driving() -> None:
    assert may_drive_at(visit(), schedule(), LOS_ANGELES) is None
