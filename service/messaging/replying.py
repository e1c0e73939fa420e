"""Takes a text from a patient: stores it, understands it, and does what follows. Nothing written is ever dropped."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from service.domain.binding import Binding, bind, is_ambiguous, latest_question
from service.domain.reply_rules import Intent, ReplyRules, Urgency
from service.domain.understand import Understood, understand
from service.domain.values import Channel
from service.messaging.answering import CONFIRMED, CRISIS, HELP, OPTED_IN, OPTED_OUT, Answer, queue_answer
from service.messaging.consent import set_consent
from service.messaging.following import plan_answered
from service.storage import people
from service.storage.appointments import Item, coming_appointments_of, establish, locked
from service.storage.audits import record_audit
from service.storage.consents import ConsentSource, allowed_categories, consents_of
from service.storage.replies import NewReply, Spoken, add_reply, any_clinic, spoken_to
from service.storage.staff_tasks import NewTask, raise_tasks

Rules = tuple[ReplyRules, ...]

LOOK_WITHIN = {
    Urgency.NOW: timedelta(minutes=5),
    Urgency.SOON: timedelta(hours=1),
    Urgency.NONE: timedelta(hours=4),
}
_BARE_DIGITS = frozenset({"1", "2"})
_BARE_CANCEL = frozenset({"cancel", "end", "quit"})


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A text as it arrived. `provider_answered`: the provider acts on this word and has replied already."""

    event_key: str
    from_address: str
    to_address: str
    body: str
    media: int
    provider_answered: bool
    received_at: datetime


def take_reply(
    connection: Connection, organisation_id: UUID, heard: Heard, rules: Rules, now: datetime
) -> Understood | None:
    """Stores the text and everything that follows in one transaction. None: this very text was taken before."""
    return _Reply(connection, organisation_id, heard, rules, now).take()


class _Reply:
    def __init__(
        self, connection: Connection, organisation_id: UUID, heard: Heard, rules: Rules, now: datetime
    ) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._heard = heard
        self._now = now
        self._rules = rules
        address = (Channel.SMS, heard.from_address)
        self._point = people.contact_point_ids(connection, organisation_id, [address], now)[address]
        self._patients = people.patients_at(connection, self._point)
        self._spoken = self._spoken_while_visits_stand_still()

    def _spoken_while_visits_stand_still(self) -> list[Spoken]:
        """Read under the locks of every visit it may be about, or a visit could move between question and answer."""
        spoken_of = [spoken.appointment_id for spoken in spoken_to(self._connection, self._point)]
        coming = coming_appointments_of(self._connection, self._patients, self._now)
        locked(self._connection, {*coming, *(visit for visit in spoken_of if visit is not None)})
        return spoken_to(self._connection, self._point)

    def take(self) -> Understood | None:
        asked = latest_question(self._spoken, self._now)
        meant = understand(
            self._heard.body,
            self._rules,
            asked.question if asked else None,
            people.language_at(self._connection, self._point),
        )
        binding = bind(meant.intent, self._spoken, self._now)
        if self._heard.body.strip() in _BARE_DIGITS and is_ambiguous(self._spoken, self._now):
            binding = replace(binding, is_sure=False)
        meant = _as_sure_as(meant, binding)
        reply_id = self._store(meant, binding.answered)
        if reply_id is None:
            return None
        self._act(meant, binding.answered, reply_id)
        self._go_on(binding.answered)
        return meant

    def _go_on(self, about: Spoken | None) -> None:
        """Plans the steps that waited for this answer."""
        if about is not None and about.question is not None and about.appointment_id is not None:
            plan_answered(self._connection, self._organisation_id, about.appointment_id, self._now)

    def _store(self, meant: Understood, about: Spoken | None) -> UUID | None:
        return add_reply(
            self._connection,
            self._organisation_id,
            NewReply(
                event_key=self._heard.event_key,
                clinic_id=self._clinic_id(about),
                contact_point_id=self._point,
                patient_id=self._patient_id(about),
                appointment_id=about.appointment_id if about else None,
                answers_message_id=about.message_id if about and about.question else None,
                from_address=self._heard.from_address,
                to_address=self._heard.to_address,
                body=self._heard.body.replace("\0", "\N{SYMBOL FOR NULL}"),
                media=self._heard.media,
                received_at=self._heard.received_at,
                intent=meant.intent,
                rule=meant.rule,
                urgency=meant.urgency,
                value=meant.value,
                needs_staff=meant.needs_staff or meant.intent is Intent.CRISIS,
            ),
        )

    def _act(self, meant: Understood, about: Spoken | None, reply_id: UUID) -> None:
        audited = [(f"reply.{meant.intent}", "reply", str(reply_id))]
        record_audit(self._connection, self._organisation_id, audited, actor="patient", now=self._now)
        stops = meant.intent is Intent.OPT_OUT or meant.value == "opt_out"
        has_stopped = stops and self._consent(given=False, reply_id=reply_id)
        match meant.intent:
            case Intent.CRISIS:
                self._answer(CRISIS, about, reply_id)
            case Intent.OPT_OUT if has_stopped and not self._heard.provider_answered:
                self._answer(OPTED_OUT, about, reply_id)
            case Intent.OPT_IN:
                self._consent(given=True, reply_id=reply_id)
                if not self._heard.provider_answered:
                    self._answer(OPTED_IN, about, reply_id)
            case Intent.HELP if not self._heard.provider_answered:
                self._answer(HELP, about, reply_id)
            case Intent.CONFIRM if not meant.needs_staff:
                self._establish(about, Item.CONFIRMED, ok=True)
                if self._may_be_texted():
                    self._answer(CONFIRMED, about, reply_id)
            case Intent.RIDE_NO:
                self._establish(about, Item.RIDE, ok=False)
            case Intent.RIDE_YES if not meant.needs_staff:
                self._establish(about, Item.RIDE, ok=True)
            case Intent.FASTING_BROKEN:
                self._establish(about, Item.FASTING, ok=False)
            case Intent.FASTING_OK if not meant.needs_staff:
                self._establish(about, Item.FASTING, ok=True)
        self._tell_staff(meant, about, reply_id)

    def _consent(self, *, given: bool, reply_id: UUID) -> bool:
        return set_consent(
            self._connection,
            self._organisation_id,
            self._point,
            given=given,
            source=ConsentSource.PATIENT,
            source_ref=str(reply_id),
            actor="patient",
            now=self._now,
            said_at=self._heard.received_at,
        )

    def _answer(self, answer: Answer, about: Spoken | None, reply_id: UUID) -> None:
        clinic_id = self._clinic_id(about)
        if clinic_id is None:
            return
        queue_answer(
            self._connection,
            self._organisation_id,
            answer,
            reply_id=reply_id,
            clinic_id=clinic_id,
            patient_id=self._patient_id(about),
            appointment_id=about.appointment_id if about else None,
            contact_point_id=self._point,
            version_id=about.schedule_version_id if about else None,
            now=self._now,
            visit_starts_at=about.visit_starts_at if about and answer is CONFIRMED else None,
        )

    def _establish(self, about: Spoken | None, item: Item, *, ok: bool) -> None:
        if about is not None and about.appointment_id is not None and about.visit_stands:
            establish(
                self._connection,
                self._organisation_id,
                {about.appointment_id: (item, ok)},
                how="reply",
                actor="patient",
                now=self._now,
            )

    def _tell_staff(self, meant: Understood, about: Spoken | None, reply_id: UUID) -> None:
        say = _what_staff_should_do(meant, self._heard.body)
        if say is None:
            return
        task = NewTask(
            kind=f"reply_{meant.intent}",
            say=say,
            dedupe_key=f"reply:{reply_id}",
            deadline_at=self._now + LOOK_WITHIN[meant.urgency],
            clinic_id=self._clinic_id(about),
            patient_id=self._patient_id(about),
            appointment_id=about.appointment_id if about else None,
            reply_id=reply_id,
        )
        raise_tasks(self._connection, self._organisation_id, [task], self._now)

    def _may_be_texted(self) -> bool:
        ledger = consents_of(self._connection, [self._point])
        return bool(allowed_categories(ledger.get(self._point, {})))

    def _clinic_id(self, about: Spoken | None) -> UUID | None:
        return about.clinic_id if about else any_clinic(self._connection)

    def _patient_id(self, about: Spoken | None) -> UUID | None:
        if about is not None:
            return about.patient_id
        return self._patients[0] if len(self._patients) == 1 else None


def _as_sure_as(meant: Understood, binding: Binding[Spoken]) -> Understood:
    """An answer that could be about another visit, or about none, is for a person to read."""
    answers_a_visit = meant.intent in _ANSWERS_A_VISIT
    if not answers_a_visit or binding.is_sure:
        return meant
    return Understood(
        intent=Intent.UNCLEAR,
        rule=f"{meant.rule}, but about which visit?",
        needs_staff=True,
        urgency=meant.urgency,
        value=meant.value,
    )


_ANSWERS_A_VISIT = frozenset(
    {Intent.CONFIRM, Intent.RIDE_YES, Intent.RIDE_NO, Intent.FASTING_OK, Intent.FASTING_BROKEN}
)

_SAY = {
    Intent.CRISIS: "The patient may be in danger. Phone them now; if nobody answers, follow your crisis protocol.",
    Intent.URGENT_SYMPTOM: "The patient reports a symptom that may be urgent. Phone them now.",
    Intent.FASTING_BROKEN: "The patient ate or drank, or did not understand the times. A clinician should phone now.",
    Intent.RIDE_NO: "The patient has no ride. Phone to find one or another time; the visit still stands.",
    Intent.CANCEL: "The patient wants to cancel. Nothing was cancelled; phone them and update your calendar.",
    Intent.RESCHEDULE: "The patient wants another time. Phone them and update your calendar.",
    Intent.RUNNING_LATE: "The patient is running late. Tell the room, and the patient whether to come.",
    Intent.WRONG_PERSON: "This may be the wrong number. Check the patient's number before anything else is sent.",
}


def _what_staff_should_do(meant: Understood, body: str) -> str | None:
    if meant.intent is Intent.OPT_OUT and body.strip().lower() in _BARE_CANCEL:
        return "The patient wrote only “cancel”. All texts have stopped; they may also want the visit cancelled."
    if meant.value == "opt_out":
        return f"{_SAY[meant.intent]} They also asked for no more messages."
    return _SAY.get(meant.intent)
