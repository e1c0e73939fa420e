"""Twilio's own keywords, matched on the whole text. Source: Twilio, "Advanced Opt-Out" and its changelog
of 14 May 2025 (REVOKE and OPTOUT)."""

from enum import StrEnum


class Keyword(StrEnum):
    """The values of the `OptOutType` parameter."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


_WORDS = {
    Keyword.STOP: ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    Keyword.START: ("START", "YES", "UNSTOP"),
    Keyword.HELP: ("HELP", "INFO"),
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words}

STANDARD_REPLY = {
    Keyword.STOP: "You have successfully been unsubscribed. You will not receive any more messages from this"
    " number. Reply START to resubscribe.",
    Keyword.START: "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
    " Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword_in(body: str) -> Keyword | None:
    """The keyword a text is, in any case. "STOP please" is none."""
    return _KEYWORDS.get(body.strip().upper())
