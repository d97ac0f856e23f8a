"""A test client that reads every page it fetches as a strict visitor would."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from extensions import db, writing
from operations import sessions

_VOID = {"input", "br", "img", "meta", "link", "hr", "path", "circle", "rect", "line", "col", "source", "use"}
_ENGLISH = re.compile(
    r"\b(Save|Cancel|Delete|Edit|Create|List|Home|Submit|Search|Failed|Error|Invalid|required|Record|items|"
    r"Not a valid|This field|None|True|False|Undefined)\b"
)
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]")


class Page(HTMLParser):
    """The elements of a page with their attributes and texts, as far as tests ask about them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self._open: list[str] = []
        self._form: dict[str, Any] | None = None
        self._outside: list[dict[str, str]] = []
        self._select: dict[str, str] = {}
        self.feed(html)
        for attributes in self._outside:
            self._note(self._named(attributes["form"]), attributes)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "form":
            self._form = {"attributes": attributes, "fields": {}}
            self.forms.append(self._form)
        elif tag == "input" and attributes.get("name"):
            self._keep(attributes)
        elif tag == "select":
            self._select = attributes
        elif tag == "option" and "selected" in attributes and self._select.get("name") and "form" in self._select:
            self._keep({**self._select, "value": attributes.get("value", "")})
        if tag not in _VOID:
            self._open.append(tag)

    def _keep(self, attributes: dict[str, str]) -> None:
        """A control may stand outside the form that it belongs to."""
        if "form" in attributes:
            self._outside.append(attributes)
        elif self._form is not None:
            self._note(self._form, attributes)

    def _named(self, form_id: str) -> dict[str, Any]:
        return next(form for form in self.forms if form["attributes"].get("id") == form_id)

    def _note(self, form: dict[str, Any], attributes: dict[str, str]) -> None:
        if attributes.get("type") in ("checkbox", "radio") and "checked" not in attributes:
            return
        form["fields"].setdefault(attributes["name"], attributes.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style"} & set(self._open):
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def form(self, containing: str) -> dict[str, str]:
        """Return the fields of the form that has a field of this name, the hidden token among them."""
        return dict(next(form["fields"] for form in self.forms if containing in form["fields"]))


def faults(page: Page, html: str) -> list[str]:
    """Return what a strict visitor would object to."""
    found = []
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} h1 elements")
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    found += [f"id twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    found += _unlabelled(page)
    found += [f"form without token: {form['attributes']}" for form in page.forms if _unprotected(form)]
    found += [
        f"inline {name}"
        for _, attributes in page.elements
        for name in attributes
        if name == "style" or name.startswith("on")
    ]
    found += [f"outside address: {value}" for value in _outside(page)]
    found += [f"English left over: {word.group()}" for word in _ENGLISH.finditer(page.text)]
    found += [f"half-width sign: {sign.group()}" for sign in _HALF_WIDTH.finditer(page.text)]
    return found


def _unprotected(form: dict[str, Any]) -> bool:
    return form["attributes"].get("method", "get").lower() == "post" and "csrf_token" not in form["fields"]


def _unlabelled(page: Page) -> list[str]:
    labels = {label.get("for") for label in page.all("label")}
    hidden = ("hidden", "submit", "button", "checkbox", "radio")
    return [
        f"no label: {attributes}"
        for tag in ("input", "select", "textarea")
        for attributes in page.all(tag)
        if attributes.get("type") not in hidden
        and attributes.get("id") not in labels
        and "aria-label" not in attributes
    ]


def _outside(page: Page) -> list[str]:
    sources = [attributes.get(name, "") for _, attributes in page.elements for name in ("src", "action")]
    sources += [attributes.get("href", "") for attributes in page.all("link")]
    return [value for value in sources if value.startswith(("http:", "https:", "//", "data:"))]


class CheckedClient(FlaskClient):
    """Checks each HTML page on the way; signs in without a form; sends the token that the page carried."""

    page: Page

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Each request gets a context of its own: the test's would remember who asked before."""
        with self.application.app_context():
            response = super().open(*args, **kwargs)
            response.get_data()
            response.close()
        db.session.rollback()
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            html = response.get_data(as_text=True)
            self.page = Page(html)
            assert not (found := faults(self.page, html)), f"{response.request.path}: {found}"
        return response

    def enter_as(self, account: Any) -> None:
        with writing():
            key = sessions.open_for(account, "测试")
        with self.session_transaction() as session:
            session["_user_id"], session["_fresh"] = account.get_id(), True
            session["key"], session["seen"] = key, int(time.time())

    def token(self) -> str:
        """Return the token of the page fetched last."""
        return next(form["fields"]["csrf_token"] for form in self.page.forms if "csrf_token" in form["fields"])

    def send(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post a form with the token of the page fetched last, and the version where that page names one."""
        kept = {
            name: form["fields"][name] for form in self.page.forms for name in ("version",) if name in form["fields"]
        }
        return self.post(path, data={"csrf_token": self.token(), **kept, **(data or {})}, **kwargs)

    def find(self, address: str, **wanted: str) -> str:
        """Fill in a list's form for filters and search, follow where it leads, and return that address."""
        self.get(address)
        found = self.send(f"{address.partition('?')[0]}find/", {**self.page.form("search"), **wanted}).location
        self.get(found)
        return str(found)
