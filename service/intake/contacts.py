"""Phone numbers and e-mail addresses, from the way people write them to the way they are stored."""

import re
import unicodedata

import phonenumbers

# Letters that belong to an extension. Any other letter is a remark ("do not text", "his mother's"),
# and a number with a remark is for a person to read, not for a machine to text.
_EXTENSION = re.compile(r"[\s,;]*(?:\bextension|\bext\.?|x|#)\s*\d{1,7}\s*$", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_UNSAFE = re.compile(r'[\s\x00-\x1f\x7f()<>\[\],;:\\"]')
_DOMAIN_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)", re.UNICODE)


def e164(written: str, *, region: str) -> str | None:
    """`"602 555 0101 x2"` as `"+16025550101"`, or None where no valid number is meant.

    `region` is the country ("US") of numbers written without one. An extension is dropped: a text cannot dial it.
    """
    bare = _EXTENSION.sub("", written.strip())
    if _LETTER.search(bare):
        return None
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(written: str) -> str | None:
    """The address in Unicode form C with its domain in lower case, or None where it cannot be one.

    Accents stay on both sides of the @: `siobhán@müller.example` is an address of its own.
    """
    local, at, domain = unicodedata.normalize("NFC", written.strip()).rpartition("@")
    if not at or _UNSAFE.search(written.strip()):
        return None
    domain = domain.lower()
    if not _is_local_part(local) or not _is_domain(domain):
        return None
    return f"{local}@{domain}"


def _is_local_part(local: str) -> bool:
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    return bool(local) and "@" not in local and not dotted and len(local.encode()) <= 64


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) > 1 and len(domain) <= 253 and all(_DOMAIN_LABEL.fullmatch(label) for label in labels)
