"""How the API says no: always the same shape, with what to do about it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.domain.reading import Mistake


class MistakeAnswer(BaseModel):
    """One thing to mend, as `handrail check-config` tells it."""

    file: str
    line: int
    where: str
    problem: str
    remedy: str


class ApiError(Exception):
    """An answer other than success. `code` is a word for programs, `message` a sentence for people."""

    def __init__(
        self, status: int, code: str, message: str, *, mistakes: Sequence[Mistake] = (), **more: int | None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.mistakes, self.more = mistakes, more


def mistake_answers(mistakes: Sequence[Mistake]) -> list[MistakeAnswer]:
    return [
        MistakeAnswer(file=each.file, line=each.line, where=each.where, problem=each.problem, remedy=each.remedy)
        for each in mistakes
    ]


def answer_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    said: dict[str, object] = {"code": error.code, "message": error.message, **error.more}
    if error.mistakes:
        said["mistakes"] = [each.model_dump() for each in mistake_answers(error.mistakes)]
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse({"error": said}, error.status, headers)


class ApiRoute(APIRoute):
    """A body that cannot be read is told in our own shape, without repeating what was sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise ApiError(422, "unreadable", _first(error)) from None

        return handler


def _first(error: RequestValidationError) -> str:
    found = error.errors()[0]
    where = ".".join(str(part) for part in found["loc"])
    return f"{where}: {found['msg']}. /api/v1/openapi.json says what is taken here."
