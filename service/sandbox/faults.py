"""What can be made to go wrong, for one number or address or at random."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum, auto
from itertools import count
from typing import Literal


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class Stage(StrEnum):
    REQUEST = auto()  # what the caller sees of the request; at most one applies
    OUTCOME = auto()  # what becomes of an accepted message; at most one applies
    CALLBACKS = auto()  # what becomes of the news of it; any number apply


class Fault(StrEnum):
    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    SERVER_ERROR_AFTER = "500_after_accepting"
    TIMEOUT_AFTER = "timeout_after_accepting"
    DROP_BEFORE = "drop_before_accepting"
    DROP_AFTER = "drop_after_accepting"
    OPTED_OUT = "21610"
    OPTED_OUT_LATER = "21610_later"
    UNREACHABLE = "30003"
    LANDLINE = "30006"
    BOUNCE = "bounce"
    DEFERRED = "deferred"
    DROPPED = "dropped"
    CALLBACKS_LATE = "callbacks_late"
    CALLBACKS_TWICE = "callbacks_twice"
    CALLBACKS_OUT_OF_ORDER = "callbacks_out_of_order"
    CALLBACKS_NEVER = "callbacks_never"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    stage: Stage
    channels: frozenset[Channel]
    title: str


_BOTH = frozenset(Channel)
_SMS = frozenset({Channel.SMS})
_EMAIL = frozenset({Channel.EMAIL})


def _meaning(stage: Stage, channels: frozenset[Channel], title: str) -> Meaning:
    return Meaning(stage=stage, channels=channels, title=title)


MEANINGS: dict[Fault, Meaning] = {
    Fault.RATE_LIMITED: _meaning(Stage.REQUEST, _BOTH, "Too many requests (429), not taken"),
    Fault.SERVER_ERROR: _meaning(Stage.REQUEST, _BOTH, "Server error (500), not taken"),
    Fault.SERVER_ERROR_AFTER: _meaning(Stage.REQUEST, _BOTH, "Server error (500), yet taken"),
    Fault.TIMEOUT_AFTER: _meaning(Stage.REQUEST, _BOTH, "Taken, then no answer until the caller gives up"),
    Fault.DROP_BEFORE: _meaning(Stage.REQUEST, _BOTH, "Connection dropped, not taken"),
    Fault.DROP_AFTER: _meaning(Stage.REQUEST, _BOTH, "Taken, then connection dropped"),
    Fault.OPTED_OUT: _meaning(Stage.REQUEST, _SMS, "Opted out (21610), refused at once"),
    Fault.OPTED_OUT_LATER: _meaning(Stage.OUTCOME, _SMS, "Opted out (21610), failed afterwards"),
    Fault.UNREACHABLE: _meaning(Stage.OUTCOME, _SMS, "Handset unreachable (30003)"),
    Fault.LANDLINE: _meaning(Stage.OUTCOME, _SMS, "Landline (30006)"),
    Fault.BOUNCE: _meaning(Stage.OUTCOME, _EMAIL, "Bounced: no such mailbox"),
    Fault.DEFERRED: _meaning(Stage.OUTCOME, _EMAIL, "Deferred once, then delivered"),
    Fault.DROPPED: _meaning(Stage.OUTCOME, _EMAIL, "Dropped: suppressed address"),
    Fault.CALLBACKS_LATE: _meaning(Stage.CALLBACKS, _BOTH, "Callbacks come late"),
    Fault.CALLBACKS_TWICE: _meaning(Stage.CALLBACKS, _BOTH, "Callbacks come twice"),
    Fault.CALLBACKS_OUT_OF_ORDER: _meaning(Stage.CALLBACKS, _BOTH, "Callbacks come in reverse"),
    Fault.CALLBACKS_NEVER: _meaning(Stage.CALLBACKS, _BOTH, "Callbacks never come"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A fault for a target: a number, an address, `sms`, `email` or `*`."""

    rule_id: int
    fault: Fault
    target: str
    percent: int = 100
    times: int | None = None  # how often it may still strike; None: no end

    def concerns(self, channel: Channel, address: str) -> bool:
        if channel not in MEANINGS[self.fault].channels:
            return False
        return self.target in ("*", channel.value, address.lower())


@dataclass(frozen=True, kw_only=True)
class Switches:
    """`step` is the time between two states of a message; callbacks under `callbacks_late` wait `late_by` more."""

    callbacks: Literal["flowing", "held"] = "flowing"
    opt_out: Literal["standard", "advanced"] = "standard"
    step: timedelta = timedelta(seconds=0.3)
    late_by: timedelta = timedelta(seconds=30)


@dataclass(kw_only=True)
class FaultBook:
    """The rules and switches in force. They last as long as the process."""

    switches: Switches = field(default_factory=Switches)
    dice: random.Random = field(default_factory=random.Random)
    _rules: dict[int, Rule] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._at_start = self.switches

    @property
    def rules(self) -> list[Rule]:
        return list(self._rules.values())

    def add(self, fault: Fault, *, target: str, percent: int = 100, times: int | None = None) -> Rule:
        rule = Rule(
            rule_id=next(self._numbers),
            fault=fault,
            target=target.strip().lower() or "*",
            percent=percent,
            times=times,
        )
        self._rules[rule.rule_id] = rule
        return rule

    def remove(self, rule_id: int) -> None:
        self._rules.pop(rule_id, None)

    def clear(self) -> None:
        """No rules any more, and the switches as they were at the start."""
        self._rules.clear()
        self.switches = self._at_start

    def strike(self, stage: Stage, channel: Channel, address: str) -> frozenset[Fault]:
        """The faults that strike now; each counts one of its rule's `times`. Of the stages where
        at most one applies, the oldest rule wins."""
        struck: set[Fault] = set()
        for rule in self.rules:
            if MEANINGS[rule.fault].stage is not stage or not rule.concerns(channel, address):
                continue
            if self.dice.random() * 100 < rule.percent:
                self._count(rule)
                struck.add(rule.fault)
                if stage is not Stage.CALLBACKS:
                    break
        return frozenset(struck)

    def strike_one(self, stage: Stage, channel: Channel, address: str) -> Fault | None:
        return next(iter(self.strike(stage, channel, address)), None)

    def _count(self, rule: Rule) -> None:
        if rule.times is None:
            return
        if rule.times <= 1:
            self.remove(rule.rule_id)
        else:
            self._rules[rule.rule_id] = replace(rule, times=rule.times - 1)
