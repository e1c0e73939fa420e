"""Twilio's error codes: what each means for a message, in words for staff.

Source: each code's page under https://www.twilio.com/docs/api/errors/, read in November 2026; the class is our own
reading of it. Twilio may add codes at any time, so a code that is not listed gets a safe class and no exception.
"""

from service.domain.states import State
from service.providers.outcome import ErrorClass, ProviderCode

PAGES = "https://www.twilio.com/docs/api/errors/"

CHECK_NUMBER = "Ask the patient for a mobile number that works, or call."
CALL_SUPPORT = "Have whoever looks after the Twilio account mend it; nothing goes out until then."
WAIT = "Nothing to do; it is tried again while it is still of use."
LOOK_FIRST = "Do not send it again; ask the patient if it matters."
CALL = "Call the patient if it matters."


def _row(code: int, error: ErrorClass, words: str, remedy: str) -> ProviderCode:
    return ProviderCode(code=str(code), error=error, words=words, remedy=remedy, source=f"{PAGES}{code}")


_T, _P, _B = ErrorClass.TEMPORARY, ErrorClass.PERMANENT, ErrorClass.BAD_ADDRESS
_O, _C, _U = ErrorClass.OPTED_OUT, ErrorClass.CONFIGURATION, ErrorClass.UNCERTAIN

_ROWS = (
    # The call itself.
    _row(20003, _C, "Twilio refused our credentials, or the account is suspended.", CALL_SUPPORT),
    _row(20404, _C, "Twilio does not know the account or service we named.", CALL_SUPPORT),
    _row(20429, _T, "Twilio had too many of our calls open at once and did not take this one.", WAIT),
    _row(20500, _U, "Twilio had a fault of its own and did not say whether it took the message.", LOOK_FIRST),
    _row(20503, _U, "Twilio was unavailable and did not say whether it took the message.", LOOK_FIRST),
    # The recipient.
    _row(21211, _B, "The number is not a valid phone number.", CHECK_NUMBER),
    _row(21612, _P, "Twilio has no route from our sender to this number.", CALL),
    _row(21614, _B, "The number is not a mobile number.", CHECK_NUMBER),
    _row(21635, _B, "The number is a landline, which cannot take texts.", CHECK_NUMBER),
    _row(21408, _P, "The number is in a country this account does not text.", CHECK_NUMBER),
    _row(21610, _O, "The recipient has texted STOP to our sender.", "Respect it; texting START undoes it."),
    # Our sender, account and request.
    _row(21212, _C, "Our sending number is not a valid number.", CALL_SUPPORT),
    _row(21603, _C, "No sending number was given.", CALL_SUPPORT),
    _row(21606, _C, "Our sending number cannot send texts.", CALL_SUPPORT),
    _row(21607, _C, "A trial account cannot send from this number.", CALL_SUPPORT),
    _row(21608, _P, "A trial account can text only numbers verified with Twilio.", "Verify the number, or call."),
    _row(21609, _C, "Twilio cannot use our address for delivery reports.", "Check PUBLIC_BASE_URL."),
    _row(21659, _C, "Our sending number does not belong to this account.", CALL_SUPPORT),
    _row(21701, _C, "Twilio does not know our messaging service.", "Check TWILIO_MESSAGING_SERVICE_SID."),
    _row(21703, _C, "Our messaging service has no sending number.", CALL_SUPPORT),
    _row(21704, _C, "Our messaging service has no sending number that fits.", CALL_SUPPORT),
    _row(21602, _P, "The text was empty.", "Correct the step's template."),
    _row(21617, _P, "The text is longer than Twilio takes.", "Shorten the step's template."),
    _row(21654, _P, "The content template we named does not exist.", "Correct the step's template."),
    _row(21655, _P, "The content template's id is not valid.", "Correct the step's template."),
    _row(21656, _P, "The content template's variables are not valid.", "Correct the step's template."),
    _row(21611, _T, "Our sending number has too much waiting.", WAIT),
    # After it was accepted.
    _row(30001, _T, "Too much was waiting at Twilio, and this message was dropped.", WAIT),
    _row(30002, _C, "The Twilio account was suspended before the message went out.", CALL_SUPPORT),
    _row(30003, _T, "The phone is switched off or out of reach.", "Tried once more; then call."),
    _row(30004, _P, "The recipient or the carrier blocks our messages.", CALL),
    _row(30005, _B, "The number is unknown or no longer in service.", CHECK_NUMBER),
    _row(30006, _B, "The number is a landline, or its carrier takes no texts.", CHECK_NUMBER),
    _row(30007, _P, "A carrier filtered the message as unwanted.", "Call; reword the template if it recurs."),
    _row(30008, _U, "The carrier gave no reason why the message failed.", LOOK_FIRST),
    _row(30017, _T, "The carrier's network was congested.", WAIT),
    _row(30022, _T, "We sent faster than our registration allows.", WAIT),
    _row(30023, _T, "Our daily allowance with T-Mobile is used up until midnight Pacific time.", WAIT),
    _row(30024, _C, "The carrier does not know our sending number yet.", CALL_SUPPORT),
    _row(30032, _C, "Our toll-free number is not verified.", CALL_SUPPORT),
    _row(30033, _C, "Our registered campaign is suspended.", CALL_SUPPORT),
    _row(30034, _C, "Our sending number is not registered to a campaign.", CALL_SUPPORT),
    _row(30035, _C, "Our sending number is still being set up with the carriers.", CALL_SUPPORT),
    _row(30036, _T, "The message waited longer than it was of use, so Twilio let it go.", WAIT),
    _row(30047, _C, "Twilio's compliance rules held the message back and could not move it.", CALL_SUPPORT),
    _row(30410, _U, "The carrier took too long to answer, so it may have been delivered.", LOOK_FIRST),
    _row(30450, _T, "Twilio blocked this number range for a few minutes against fraud.", WAIT),
    _row(30610, _C, "Twilio's own quiet hours stopped the message.", "Switch Twilio's quiet hours off."),
    _row(30640, _P, "Twilio advises against texting this number.", CALL),
    _row(63017, _T, "The account sent faster than it may.", WAIT),
    _row(63036, _T, "The recipient cannot be reached by RCS.", WAIT),
    _row(63038, _T, "The account's daily limit is used up.", WAIT),
)

TWILIO_CODES: dict[str, ProviderCode] = {row.code: row for row in _ROWS}

_NOT_LISTED = "Twilio could not deliver the message, for a reason that is not on our list."

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
_STATES = {
    "accepted": State.HANDED_OVER,
    "scheduled": State.HANDED_OVER,
    "queued": State.HANDED_OVER,
    "sending": State.HANDED_OVER,
    "sent": State.SENT,
    "partially_delivered": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.FAILED,  # we never withdraw at Twilio, so someone else did
}


def state_of(status: str) -> State | None:
    """Our state for Twilio's status; None for a status that is new to us, or of an inbound message."""
    return _STATES.get(status)


def why_refused(status: int, code: int | None) -> ProviderCode:
    """What a refusal of the call means. A 5xx is uncertain and a 429 surely not taken, whatever the code says."""
    listed = TWILIO_CODES.get(str(code))
    expected = _U if status >= 500 else _T if status == 429 else None
    if listed is not None and expected in (None, listed.error):
        return listed
    return _by_status(status, f"http_{status}" if code in (None, status) else str(code))


def _by_status(status: int, shown: str) -> ProviderCode:
    if status >= 500 or status == 408:
        return _unlisted(shown, _U, "Twilio had a fault and did not say whether it took the message.", LOOK_FIRST)
    if status == 429:
        return _unlisted(shown, _T, "Twilio was too busy and did not take the message.", WAIT)
    if status in (401, 403, 404, 405) or status < 400:
        return _unlisted(shown, _C, "Twilio refused our account, key or address.", CALL_SUPPORT)
    return _unlisted(shown, _P, "Twilio refused the message for a reason that is not on our list.", CALL)


def why_failed(status: str, code: str) -> ProviderCode | None:
    """What a later failure means; None where the message did not fail. Unlisted: never sent again by itself."""
    if state_of(status) not in (State.FAILED, State.UNDELIVERED):
        return None
    if status == "canceled":
        return _unlisted("canceled", _P, "The message was withdrawn at Twilio before it went out.", CALL)
    if code in ("", "0"):
        return _unlisted(status, _P, "Twilio could not deliver the message and gave no reason.", CALL)
    return TWILIO_CODES.get(code) or _unlisted(code[:16], _P, _NOT_LISTED, CALL)


def _unlisted(code: str, error: ErrorClass, words: str, remedy: str) -> ProviderCode:
    return ProviderCode(code=code, error=error, words=words, remedy=remedy, source=PAGES)
