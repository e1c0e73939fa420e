"""SendGrid's refusals, drops and bounces: what each means for a message, in words for staff.

Sources, read in November 2026; the class is our own reading. An unlisted value gets a safe class and no exception.
"""

from service.providers.outcome import ErrorClass, ProviderCode

SEND_PAGE = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors"
EVENT_PAGE = "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"

CHECK_ADDRESS = "Ask the patient for an e-mail address that works, or call."
CALL_SUPPORT = "Have whoever looks after the SendGrid account mend it; nothing goes out until then."
WAIT = "Nothing to do; it is tried again while it is still of use."
LOOK_FIRST = "Do not send it again; ask the patient if it matters."
CALL = "Call the patient if it matters."
RESPECT = "Respect it; the patient can ask to be written to again."

_T, _P, _B = ErrorClass.TEMPORARY, ErrorClass.PERMANENT, ErrorClass.BAD_ADDRESS
_O, _C, _U = ErrorClass.OPTED_OUT, ErrorClass.CONFIGURATION, ErrorClass.UNCERTAIN


def _status(status: int, error: ErrorClass, words: str, remedy: str) -> ProviderCode:
    return ProviderCode(code=f"http_{status}", error=error, words=words, remedy=remedy, source=SEND_PAGE)


def _event(code: str, error: ErrorClass, words: str, remedy: str) -> ProviderCode:
    return ProviderCode(code=code, error=error, words=words, remedy=remedy, source=EVENT_PAGE)


_STATUS_ROWS = (
    _status(400, _P, "SendGrid found a mistake in the e-mail and did not take it.", CALL),
    _status(401, _C, "SendGrid refused our key, or the account's allowance is used up.", CALL_SUPPORT),
    _status(403, _C, "SendGrid does not let us send from this address.", CALL_SUPPORT),
    _status(404, _C, "SendGrid does not know the address we called.", "Check SENDGRID_BASE_URL."),
    _status(405, _C, "SendGrid does not know the address we called.", "Check SENDGRID_BASE_URL."),
    _status(408, _U, "SendGrid gave up waiting for our request.", LOOK_FIRST),
    _status(413, _P, "The e-mail is larger than SendGrid takes.", "Shorten the template."),
    _status(415, _C, "SendGrid did not understand the form of our request.", CALL_SUPPORT),
    _status(429, _T, "SendGrid was too busy and did not take the e-mail.", WAIT),
)

_DROP_ROWS = (
    _event("bounced address", _B, "Mail to this address has bounced before, so it was not sent.", CHECK_ADDRESS),
    _event("unsubscribed address", _O, "The recipient has unsubscribed, so the e-mail was not sent.", RESPECT),
    _event("spam reporting address", _O, "The recipient reported earlier mail as unwanted.", RESPECT),
    _event("invalid", _B, "The e-mail address is not valid.", CHECK_ADDRESS),
    _event("spam content", _P, "SendGrid took the e-mail for spam and did not send it.", "Reword the template."),
    _event("recipient list over package quota", _C, "The SendGrid account's allowance is used up.", CALL_SUPPORT),
    _event("invalid smtpapi header", _C, "SendGrid did not understand a header of the e-mail.", CALL_SUPPORT),
)

_BOUNCE_ROWS = (
    _event("bounce", _B, "The mail server says that this address does not exist.", CHECK_ADDRESS),
    _event("blocked", _T, "The mail server refused the e-mail for now.", CALL),
)

_COMPLAINT_ROWS = (
    _event("spamreport", _O, "The recipient reported the e-mail as unwanted.", RESPECT),
    _event("unsubscribe", _O, "The recipient unsubscribed from our e-mails.", RESPECT),
    _event("group_unsubscribe", _O, "The recipient unsubscribed from our e-mails.", RESPECT),
)

SENDGRID_STATUSES = {row.code: row for row in _STATUS_ROWS}
DROP_REASONS = {row.code: row for row in _DROP_ROWS}
BOUNCE_TYPES = {row.code: row for row in _BOUNCE_ROWS}
COMPLAINTS = {row.code: row for row in _COMPLAINT_ROWS}


def why_refused(status: int, fields: tuple[str, ...]) -> ProviderCode:
    """What a refusal of the call means. `fields` are the parts of the request that SendGrid complains of."""
    if status == 400 and any(field.startswith("personalizations") and ".to" in field for field in fields):
        return _status(status, _B, "SendGrid says that the recipient's address is not valid.", CHECK_ADDRESS)
    if status == 400 and any(field.startswith("from") for field in fields):
        return _status(status, _C, "SendGrid says that our own address is not valid.", "Check EMAIL_FROM.")
    listed = SENDGRID_STATUSES.get(f"http_{status}")
    if listed is not None:
        return listed
    if status >= 500 or status < 300:
        return _status(status, _U, "SendGrid did not say whether it took the e-mail.", LOOK_FIRST)
    if status < 400:
        return _status(status, _C, "SendGrid sent us to another address.", "Check SENDGRID_BASE_URL.")
    return _status(status, _P, "SendGrid refused the e-mail for a reason that is not on our list.", CALL)


def why_dropped(reason: str) -> ProviderCode:
    """Why SendGrid itself did not send an e-mail it had taken."""
    return DROP_REASONS.get(reason.strip().lower()) or _event(
        "dropped", _P, "SendGrid did not send the e-mail, for a reason that is not on our list.", CALL
    )


def why_bounced(kind: str) -> ProviderCode:
    """Why the recipient's mail server did not take it. An unknown kind is never tried again by itself."""
    return BOUNCE_TYPES.get(kind.strip().lower()) or _event(
        "bounce", _P, "The mail server did not take the e-mail, for a reason not on our list.", CALL
    )
