"""What comes from outside, bounded before anything reads it: addresses, headers, fields, the names of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.routing import UnicodeConverter

from domain import lengths, normalizing
from domain.certificate_fields import BY_KEY, PORTAL
from domain.errors import FieldProblem
from operations.register import LONGEST_REASON

URL_ENCODED, ENCODED = "application/x-www-form-urlencoded", 3
"""A sign that is not plain takes three times its place in it."""
LONGEST_HEADER = LONGEST_ADDRESS = 8_000
"""What servers and proxies let through at most."""
LONGEST_WORD = 400
"""A part of an address: a token, a code, a name, what a 验证码 asks."""
_REFUSED = "incoming.refused"

WORDS = {"reply": "审核回复", "evidence": "内部证据", "reason": "原因", "text": "内容"}
"""The fields into which people write sentences. Whatever may be a password or a personal number is never shown again."""
_LONGEST = {
    "reply": lengths.REPLY, "evidence": lengths.EVIDENCE, "reason": LONGEST_REASON, "text": lengths.TEXT,
    "next": lengths.HIDDEN, "csrf_token": lengths.HIDDEN, "person": 2 * lengths.LINE,
} | {field.key: max(field.max_length, lengths.LINE) for field in PORTAL}  # fmt: skip
_CELL, _LONGEST_CELL = "cell-", 1000
"""The cells of a row of a workbook that is mended (admin_views.import_mending)."""


class TooLong(FieldProblem):
    """A field was sent that is longer than it may be; nothing has read it."""

    def __init__(self, name: str) -> None:
        label = WORDS.get(name) or (BY_KEY[name].label if name in BY_KEY else "提交的内容里有一项")
        super().__init__(name, f"{lengths.too_long(label, longest(name))}，请改短一些再提交")


def longest(name: str) -> int:
    """Return how long a field may be that is read without a form."""
    return _LONGEST_CELL if name.startswith(_CELL) else _LONGEST.get(name, lengths.LINE)


class Sent(ImmutableMultiDict[str, Any]):
    """The fields of a form or an address. A value is read whole or refused in words; only `parts` gives its beginning."""

    def __getitem__(self, name: str) -> Any:
        return _whole(name, super().__getitem__(name))

    def getlist(self, name: str, type: Callable[[Any], Any] | None = None) -> list[Any]:  # type: ignore[override]
        for value in super().getlist(name):
            _whole(name, value)
        return super().getlist(name) if type is None else super().getlist(name, type)

    def items(self, multi: bool = False) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        for name, value in super().items(multi):
            yield name, _whole(name, value)

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        return (value for _, value in self.items())

    def lists(self) -> Iterator[tuple[str, list[Any]]]:  # type: ignore[override]
        return ((name, self.getlist(name)) for name in self)

    def raw(self) -> Iterable[tuple[str, list[Any]]]:
        """Return everything as it was sent: for what bounds it itself, as the form base does."""
        return super().lists()

    def parts(self) -> ImmutableMultiDict[str, str]:
        """Return the beginning of every value, to be shown again or weighed by who asks."""
        return ImmutableMultiDict({name: [value[: room(name)] for value in values] for name, values in self.raw()})


def parts(sent: Mapping[str, str]) -> dict[str, str]:
    return sent.parts().to_dict() if isinstance(sent, Sent) else dict(sent.items())


def too_long(*names: str) -> str:
    """Return the sentence for the first of these fields that was posted too long, or nothing."""
    typed = posted_parts()
    told = (TooLong(name).sentence for name in names if not lengths.fits(typed.get(name, ""), longest(name)))
    return next(told, "")


def posted_parts() -> ImmutableMultiDict[str, str]:
    """Return the beginning of everything that was posted, for a page that shows it again."""
    sent: Any = request.form
    given: ImmutableMultiDict[str, str] = sent.parts()
    return given


def room(name: str) -> int:
    """Return how much the box of such a field takes."""
    return lengths.room(longest(name), lines=True)


def _whole(name: str, value: Any) -> Any:
    if isinstance(value, str) and not lengths.fits(value, longest(name)):
        raise TooLong(name)
    return value


class _Parser(FormDataParser):
    """Counts the fields of a short form too, before it takes them apart."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype == URL_ENCODED and self.max_form_parts is not None:
            sent = stream.read()
            if sent.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(sent)
        return super().parse(stream, mimetype, content_length, options)


class BoundedRequest(Request):
    """Everything that a page reads of a request comes through here."""

    parameter_storage_class = Sent
    form_data_parser_class = _Parser

    def _load_form_data(self) -> None:
        """Werkzeug bounds forms with files only. What was refused once is empty for the page that says so."""
        if "form" in self.__dict__:
            return
        if self.mimetype == URL_ENCODED:
            self.max_content_length = ENCODED * (self.max_form_memory_size or 0) or None
        try:
            super()._load_form_data()
        except HTTPException:
            self.__dict__ |= {"form": Sent(), "files": Sent()}
            raise
        for file in (file for _, files in self.files.lists() for file in files):
            file.filename = normalizing.file_name(file.filename or "")


class Word(UnicodeConverter):
    """A part of an address without a slash, never longer than anything that has one."""

    regex = f"[^/]{{1,{LONGEST_WORD}}}"

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = type(self).regex


def install(app: Flask) -> None:
    """Stand before everything else that reads a request; call it when the rest of the WSGI application is put together."""
    app.wsgi_app = _before(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.globals["room_for"] = room
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse)


def _before(application: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(environ: dict[str, Any], start_response: Any) -> Any:
        _bound(environ)
        return application(environ, start_response)

    return bounded


def _bound(environ: dict[str, Any]) -> None:
    """Empty what is too long and note it: the page that refuses it is ours, and reads nothing of it."""
    for name in [name for name, value in environ.items() if isinstance(value, str) and len(value) > LONGEST_HEADER]:
        environ[name] = ""
        environ[_REFUSED] = 414 if name in ("PATH_INFO", "QUERY_STRING", "REQUEST_URI", "RAW_URI") else 431


def _refuse() -> None:
    if _REFUSED in request.environ:
        abort(request.environ[_REFUSED])
