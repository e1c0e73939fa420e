"""Why a message was withdrawn, in words for staff."""

_WITHDRAWN = {
    "had_no_plan": "the visit had lost its plan and was planned anew",
    "booked": "the visit was planned anew",
    "landline": "the number turned out to be a landline",
    "clocks_set": "other fasting times were set for the patient",
    "moved": "the visit moved",
    "cancelled": "the visit was cancelled",
    "no_show": "the patient did not come",
    "attended": "the visit took place",
    "retracted": "the visit was entered in error",
    "contact_changed": "the patient's contact details changed",
    "opted_out": "the patient asked for no more messages",
    "opted_in": "the patient asked for messages again, so the visit was planned anew",
}


def withdrawn_because(reason: str) -> str:
    """Why a message was withdrawn, or "" where the reason is none of those."""
    return _WITHDRAWN.get(reason, "")
