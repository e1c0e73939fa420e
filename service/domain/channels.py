"""Steps that go out on every channel at once: one message a channel, all at the same moment."""

from dataclasses import replace

from service.domain import explain
from service.domain.reach import SendBy
from service.domain.refusals import usable_contacts
from service.domain.scene import Scene
from service.domain.values import Channel, Contact, Plan, PlannedMessage


def on_all_channels(scene: Scene, planned: Plan) -> Plan:
    """The plan, with a message on each further channel beside those of steps that ask for it."""
    whole: Plan = []
    for outcome in planned:
        if isinstance(outcome, PlannedMessage):
            whole.extend(_by_channel(scene, outcome))
        else:
            whole.append(outcome)
    return whole


def _by_channel(scene: Scene, message: PlannedMessage) -> list[PlannedMessage]:
    step = scene.schedule.step(message.step)
    if step is None or step.reach.send_by is not SendBy.ALL:
        return [message]
    best: dict[Channel, Contact] = {}
    for contact in usable_contacts(scene.recipient, step.channels, step.category):
        best.setdefault(contact.channel, contact)
    if len(best) < 2:
        return [message]
    why = explain.at_once(message.why, tuple(best))
    return [replace(message, channel=channel, contact_id=contact.id, why=why) for channel, contact in best.items()]
