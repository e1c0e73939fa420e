"""Reading a mail/send request, with SendGrid's refusals."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Annotated, TypedDict

from pydantic import BaseModel, Field, ValidationError

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class ErrorItem(TypedDict):
    message: str
    field: str | None


class BadMail(Exception):
    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.item: ErrorItem = {"message": message, "field": field}


class _Person(BaseModel):
    email: str
    name: str = ""


class _Personalization(BaseModel):
    to: Annotated[list[_Person], Field(min_length=1)]
    cc: list[_Person] = []
    bcc: list[_Person] = []
    subject: str = ""
    custom_args: dict[str, str] = {}


class _Content(BaseModel):
    type: Annotated[str, Field(min_length=1)]
    value: Annotated[str, Field(min_length=1)]


class _Switch(BaseModel):
    enable: bool = False


class _MailSettings(BaseModel):
    sandbox_mode: _Switch | None = None


class SendRequest(BaseModel):
    """The part of mail/send the sandbox understands. Other fields pass unread."""

    personalizations: Annotated[list[_Personalization], Field(min_length=1, max_length=1000)]
    sender: Annotated[_Person, Field(alias="from")]
    subject: str = ""
    content: list[_Content] = []
    template_id: str = ""
    custom_args: dict[str, str] = {}
    mail_settings: _MailSettings | None = None

    @property
    def is_only_checked(self) -> bool:
        """SendGrid's own `sandbox_mode`: checked, answered with 200, sent to nobody."""
        mode = self.mail_settings.sandbox_mode if self.mail_settings else None
        return mode is not None and mode.enable


@dataclass(frozen=True, kw_only=True)
class NewMail:
    to: str
    from_address: str
    subject: str
    text: str
    custom_args: dict[str, str]


def read_send_request(body: bytes) -> SendRequest:
    """Raises `BadMail` with the first mistake."""
    try:
        request = SendRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise BadMail(f"Bad request: {first['msg']}", field=place) from None
    _check_addresses(request)
    _check_content(request)
    return request


def _check_addresses(request: SendRequest) -> None:
    people = [("from.email", request.sender)]
    for index, personalization in enumerate(request.personalizations):
        for name, group in (("to", personalization.to), ("cc", personalization.cc), ("bcc", personalization.bcc)):
            place = f"personalizations.{index}.{name}"
            people += [(f"{place}.{number}.email", person) for number, person in enumerate(group)]
    for place, person in people:
        if not _ADDRESS.fullmatch(person.email):
            raise BadMail("Does not contain a valid address.", field=place)


def _check_content(request: SendRequest) -> None:
    if not request.template_id and not request.content:
        raise BadMail("The content must have at least one part, unless a template_id is given.", field="content")
    subjects = [request.subject or personalization.subject for personalization in request.personalizations]
    if not request.template_id and not all(subjects):
        raise BadMail("The subject is required, unless a template_id is given.", field="subject")
    for name in [*request.custom_args, *(n for p in request.personalizations for n in p.custom_args)]:
        if not name:
            raise BadMail("Each custom argument must have a name.", field="custom_args")


def mails_of(request: SendRequest) -> list[NewMail]:
    """One for each recipient."""
    return [
        NewMail(
            to=person.email,
            from_address=request.sender.email,
            subject=personalization.subject or request.subject,
            text=_text_of(request.content),
            custom_args={**request.custom_args, **personalization.custom_args},
        )
        for personalization in request.personalizations
        for person in (*personalization.to, *personalization.cc, *personalization.bcc)
    ]


def _text_of(content: list[_Content]) -> str:
    by_type = {part.type.split(";")[0].strip().lower(): part.value for part in content}
    if "text/plain" in by_type:
        return by_type["text/plain"]
    return _Words.of(by_type.get("text/html", ""))


class _Words(HTMLParser):
    """The words and link targets of an HTML mail."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []

    @classmethod
    def of(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        parser.close()
        return " ".join(" ".join(parser._words).split())

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self._words.append(target)
