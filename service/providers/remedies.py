"""What staff can do about a provider's code, from both providers' tables."""

from service.providers.sendgrid_codes import BOUNCE_TYPES, COMPLAINTS, DROP_REASONS, SENDGRID_STATUSES
from service.providers.twilio_codes import TWILIO_CODES

_TABLES = (TWILIO_CODES, SENDGRID_STATUSES, DROP_REASONS, BOUNCE_TYPES, COMPLAINTS)


def remedy_for(code: str) -> str:
    """One sentence, or nothing for a code that no table lists."""
    return next((table[code].remedy for table in _TABLES if code in table), "")


def words_for(code: str) -> str:
    """What happened, in one sentence, or nothing for a code that no table lists."""
    return next((table[code].words for table in _TABLES if code in table), "")
