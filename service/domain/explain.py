"""Every message and every skip, in one English sentence for staff. Times are the clinic's wall time.

No sentence names a person, a number or an address.
"""

from datetime import datetime, time, timedelta

from service.domain.hours import Closed, Moved
from service.domain.schedule import AfterEnd, BeforeClock, BeforeStart, DayAt, OnEvent, OnStep, StepEvent, Timing
from service.domain.values import Appointment, Channel, Clock, Condition, Event, Kind
from service.domain.walltime import local

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTES_OF_DAY = 24 * 60

CLOCK_WORDS = {
    Clock.SOLIDS: "the cut-off for solid food",
    Clock.LIGHT_MEAL: "the cut-off for a light meal",
    Clock.CLEAR_LIQUIDS: "the cut-off for clear liquids",
    Clock.MEDICINES: "the cut-off for medicines",
    Clock.ARRIVAL: "the arrival time",
}
EVENT_WORDS = {
    Event.BOOKED: "was booked",
    Event.MOVED: "was moved",
    Event.CANCELLED: "was cancelled",
    Event.NO_SHOW: "was missed",
    Event.ATTENDED: "was attended",
}
UNMET_WORDS = {
    Condition.UNCONFIRMED: "the patient has already confirmed",
    Condition.RIDE_UNKNOWN: "the ride home is already known",
    Condition.FIRST_VISIT: "this is not the patient's first visit",
    Condition.REPEAT_VISIT: "this is the patient's first visit",
    Condition.ATTENDED: "it is not recorded that the patient came",
    Condition.NO_EMAIL: "the patient can be written to by e-mail",
    Condition.NO_SMS: "the patient can be texted",
}
CHANNEL_WORDS = {Channel.SMS: "texts", Channel.EMAIL: "e-mails"}
CONTACT_WORDS = {Channel.SMS: "mobile number", Channel.EMAIL: "e-mail address"}


# --- times in words ----------------------------------------------------------------------------


def clock_time(at_local: datetime | time) -> str:
    """`9:00 AM`."""
    return f"{at_local.hour % 12 or 12}:{at_local.minute:02} {'AM' if at_local.hour < 12 else 'PM'}"


def day(at_local: datetime) -> str:
    """`Mon, Mar 15`."""
    return f"{DAYS[at_local.weekday()]}, {MONTHS[at_local.month - 1]} {at_local.day}"


def time_and_day(at_local: datetime) -> str:
    """`9:00 AM Mon, Mar 15`."""
    return f"{clock_time(at_local)} {day(at_local)}"


def span(duration: timedelta) -> str:
    """`45 minutes`, `3 hours`, `24 hours`, `7 days`, `1 hour 30 minutes`. Seconds are not told."""
    minutes = int(duration.total_seconds()) // 60
    if minutes >= 2 * MINUTES_OF_DAY and minutes % MINUTES_OF_DAY == 0:
        return _counted(minutes // MINUTES_OF_DAY, "day")
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_counted(rest, "minute"))
    return " ".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _near(at_local: datetime, beside: datetime) -> str:
    """As short as stays clear beside a day the reader was just told."""
    days = abs((at_local.date() - beside.date()).days)
    if days == 0:
        return clock_time(at_local)
    return f"{clock_time(at_local)} {DAYS[at_local.weekday()]}" if days < 7 else time_and_day(at_local)


# --- why a message is when it is ---------------------------------------------------------------


def visit(appointment: Appointment, timezone: str) -> str:
    """`the session at 9:00 AM Mon, Mar 15`."""
    word = "visit" if appointment.kind is Kind.CONSULTATION else "session"
    return f"the {word} at {time_and_day(local(appointment.starts_at, timezone))}"


def timing(of: Timing, appointment: Appointment, timezone: str) -> str:
    """What the step's timing means for this visit: `3 hours before the session at …`."""
    named = visit(appointment, timezone)
    match of:
        case BeforeStart():
            return f"{span(of.offset)} before {named}"
        case AfterEnd():
            ends = _near(local(appointment.ends_at, timezone), local(appointment.starts_at, timezone))
            return f"{span(of.offset)} after the end, {ends}, of {named}"
        case BeforeClock():
            return f"{span(of.by)} before {CLOCK_WORDS[of.clock]} of {named}"
        case DayAt():
            return f"{_day_words(of.days)} {named}, at {clock_time(of.at_local)}"
        case OnEvent():
            lead = f"{span(of.wait)} after" if of.wait else "As soon as"
            return f"{lead} {named} {EVENT_WORDS[of.event]}"
        case OnStep():
            lead = f"{span(of.wait)} after" if of.wait else "As soon as"
            what = "was answered" if of.event is StepEvent.ANSWERED else "was asked and got no answer"
            return f"{lead} “{of.of}” of {named} {what}"


def _day_words(days: int) -> str:
    if days == 0:
        return "On the day of"
    return f"{_counted(abs(days), 'day')} {'before' if days < 0 else 'after'}"


def message(
    said: str,
    appointment: Appointment,
    *,
    clinic_zone: str,
    recipient_zone: str,
    channel: Channel,
    due_at: datetime,
    at: datetime,
    moved: Moved,
) -> str:
    """Why a message goes out at `at` though its timing, `said`, asks for `due_at`, as one sentence."""
    if at == due_at:
        return f"{said}."
    beside = local(appointment.starts_at, clinic_zone)
    wished, found = local(due_at, clinic_zone), local(at, clinic_zone)
    return (
        f"{said}; moved from {_near(wished, beside)} to {_near(found, beside)} "
        f"because {obstacle(moved, channel, local(due_at, recipient_zone))}"
        f"{_there(clinic_zone, recipient_zone)}."
    )


def _there(clinic_zone: str, recipient_zone: str) -> str:
    return "" if recipient_zone == clinic_zone else f" in the patient's zone ({recipient_zone})"


def obstacle(moved: Moved, channel: Channel, wished_local: datetime) -> str:
    """`texts go out from 9:00 AM`, `Fri, Dec 25 is Christmas Day`."""
    words = CHANNEL_WORDS[channel]
    if moved.because is Closed.HOLIDAY:
        return f"{day(wished_local)} is {moved.holiday}"
    if moved.limit_local is None:
        return f"{words} may not go out then"
    edge = "from" if moved.because is Closed.BEFORE_OPENING else "until"
    return f"{words} go out {edge} {clock_time(moved.limit_local)}"


def once_attended(said: str, assumed_at: datetime, timezone: str) -> str:
    """Adds to a timing that the step waits until the visit has ended or attendance may be assumed."""
    return f"{said}; not before {time_and_day(local(assumed_at, timezone))}, when attendance is taken as given"


def catching_up(said: str, timezone: str, *, due_at: datetime, at: datetime, now: datetime) -> str:
    """Why a message whose time had passed still goes out, at `at`."""
    wished = time_and_day(local(due_at, timezone))
    found = time_and_day(local(at, timezone))
    when = "now" if at == now else f"at {found}, when sending hours allow"
    return f"{said}; its time, {wished}, had passed, so it is caught up on {when}."


# --- why a step yields no message --------------------------------------------------------------


def already_told() -> str:
    return "The patient has already been told this about the same start time."


def not_this_event(event: Event) -> str:
    return f"This is said once the visit {EVENT_WORDS[event]}, which is not the news now."


def old_news(event: Event) -> str:
    return f"The visit {EVENT_WORDS[event]} too long ago for this to be news."


def nothing_to_move() -> str:
    return "Nothing was said about another start time, so there is no move to speak of."


def nothing_to_cancel() -> str:
    return "The patient has heard of no visit that still stands, so there is nothing to take back."


def not_standing(status: str) -> str:
    return f"The visit is recorded as {status.replace('_', ' ')}, so this is no longer said."


def not_attended() -> str:
    return "The patient did not come, so nothing is said about how it went."


def time_passed(due_at: datetime, timezone: str) -> str:
    return f"Its time, {time_and_day(local(due_at, timezone))}, had already passed."


def visit_began(appointment: Appointment, timezone: str) -> str:
    began = visit(appointment, timezone)
    return f"{began[0].upper()}{began[1:]} had already begun, and this is only of use before it."


def no_longer_of_use(expires_at: datetime, timezone: str) -> str:
    return f"It is only of use until {time_and_day(local(expires_at, timezone))}, and could not go out before."


def late_booking(due_at: datetime, timezone: str, instead: str) -> str:
    wished = time_and_day(local(due_at, timezone))
    return f"Its time, {wished}, had passed; “{instead}” goes out instead, as only one message catches up."


def outside_hours(due_at: datetime, *, clinic_zone: str, recipient_zone: str, moved: Moved, channel: Channel) -> str:
    reason = obstacle(moved, channel, local(due_at, recipient_zone))
    return (
        f"Due at {time_and_day(local(due_at, clinic_zone))}, but {reason}"
        f"{_there(clinic_zone, recipient_zone)}, and no other allowed time is still of use."
    )


def no_contact(channels: tuple[Channel, ...]) -> str:
    return f"The patient has no {' or '.join(CONTACT_WORDS[channel] for channel in channels)} on file."


def no_permission(refusal: str) -> str:
    return f"The patient may not be sent this: {refusal.rstrip('.') or 'no permission is on record'}."


def condition(unmet: Condition) -> str:
    return f"Left out because {UNMET_WORDS[unmet]}."


def another_language(languages: tuple[str, ...]) -> str:
    return f"Left out because it is only for patients written to in {' or '.join(languages)}."


def waits_for(of: OnStep) -> str:
    """Why a step that follows another one is not said yet."""
    if of.event is StepEvent.ANSWERED:
        return f"It waits for an answer to “{of.of}”."
    return f"It waits until “{of.of}” has gone unanswered for {span(of.wait)}."


def answered_since(of: OnStep) -> str:
    return f"“{of.of}” was answered, so this is not needed."


def own_clock(said: str) -> str:
    """Adds to a timing that the patient's own cut-offs hold."""
    return f"{said}; with the cut-offs set for this patient"


def at_once(why: str, channels: tuple[Channel, ...]) -> str:
    """Adds to a sentence that the step goes out on several channels together."""
    listed = " and ".join(CHANNEL_WORDS[channel] for channel in channels)
    return f"{why.removesuffix('.')}; it goes out as {listed} at once."


def no_clock(of: Timing) -> str:
    words = CLOCK_WORDS[of.clock] if isinstance(of, BeforeClock) else "the event"
    return f"The schedule does not set {words}, which this step counts from."


def no_schedule(kind: Kind) -> str:
    return f"No schedule covers visits of the kind {kind.value}, so nothing is planned."
