"""Steps that wait for another step's answer, or for its silence."""

from datetime import datetime

from service.domain import explain
from service.domain.scene import Scene, skip
from service.domain.schedule import OnStep, Step, StepEvent
from service.domain.values import Skipped, SkipReason


def happened_at(scene: Scene, timing: OnStep) -> datetime | None:
    """When the answer came, or when the question went out that nobody has answered. None: neither has happened."""
    answered_at = scene.history.answered.get(timing.of)
    if timing.event is StepEvent.ANSWERED:
        return answered_at
    return None if answered_at is not None else _asked_at(scene, timing.of)


def not_yet(scene: Scene, step: Step, timing: OnStep) -> Skipped | None:
    """The reason while a step still waits. An answer starts its wait at once; silence must last as long first."""
    if timing.event is StepEvent.UNANSWERED and timing.of in scene.history.answered:
        return skip(step, SkipReason.NOT_THIS_EVENT, explain.answered_since(timing))
    since = happened_at(scene, timing)
    is_over = timing.event is StepEvent.ANSWERED or (since is not None and since + timing.wait <= scene.now)
    if since is not None and is_over:
        return None
    return skip(step, SkipReason.NOT_THIS_EVENT, explain.waits_for(timing))


def _asked_at(scene: Scene, key: str) -> datetime | None:
    """The last time this was asked about the present start."""
    asked = (
        t.handed_over_at for t in scene.heard.now_believed if t.step == key and t.starts_at == scene.heard.starts_at
    )
    return max(asked, default=None)
