"""How the patient of a row can be reached, and whether they may be."""

from service.domain.incoming import IncomingContact
from service.domain.values import Channel
from service.intake.contacts import e164, email_address
from service.intake.mapping import Answer, Mapping
from service.intake.row import Row


def contacts_of(row: Row, mapping: Mapping) -> tuple[IncomingContact, ...]:
    """Phone, then e-mail, as far as they are usable; a warning for whatever stands in the way.

    A permission to text says nothing of e-mail; of that the mapping speaks for the whole export.
    """
    columns = mapping.columns
    phone = e164(row.written(columns.phone), region=mapping.default_region)
    email = email_address(row.written(columns.email))
    if phone is None and email is None:
        row.warn(
            columns.phone or columns.email or columns.patient_id,
            "Nothing can reach this patient: no usable phone number and no usable e-mail address",
            "Ask the patient for one; until then staff must call or write.",
        )
        return ()
    _warn_of_one_bad(row, mapping, phone, email)
    found: list[IncomingContact] = []
    if phone:
        permitted = _may_text(row, mapping, email)
        found.append(IncomingContact(channel=Channel.SMS, address=phone, permitted=permitted))
    if email:
        found.append(IncomingContact(channel=Channel.EMAIL, address=email, permitted=mapping.may_email))
    return tuple(found)


def _warn_of_one_bad(row: Row, mapping: Mapping, phone: str | None, email: str | None) -> None:
    columns = mapping.columns
    if columns.phone and phone is None and row.text(columns.phone):
        row.warn(columns.phone, "Is no phone number; e-mail is used", "Write the number alone, with its area code.")
    if columns.email and email is None and row.text(columns.email):
        row.warn(columns.email, "Is no e-mail address; only texts are possible", "Correct the address.")


def _may_text(row: Row, mapping: Mapping, email: str | None) -> bool | None:
    column = mapping.columns.may_text
    if column is None:
        return None
    answer = mapping.may_text.meaning_of(row.text(column))
    if answer is None:
        row.warn(
            column,
            "This word is not known, and counts as no permission to text",
            row.word_remedy(column, mapping.may_text, "may_text"),
        )
        return False
    if answer is not Answer.YES:
        instead = "e-mail is used" if email and mapping.may_email else "nothing else can reach this patient"
        row.warn(column, f"No permission to text; {instead}", "Ask the patient, and record the answer.")
    return None if answer is Answer.NOT_SAID else answer is Answer.YES


def language_of(row: Row, mapping: Mapping) -> str | None:
    """The language's code, such as `es`; None, the clinic's choice, where the export does not say."""
    column = mapping.columns.language
    if column is None or not row.text(column):
        return None
    language = mapping.languages.meaning_of(row.text(column))
    if language is None:
        row.warn(
            column,
            "This language is not known; the clinic's own is used",
            row.word_remedy(column, mapping.languages, "languages"),
        )
    return language
