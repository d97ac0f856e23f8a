"""What a file is, judged by its content alone, never by its name. What is no workbook is refused by its kind."""

from __future__ import annotations

import re
from enum import Enum
from typing import BinaryIO

from workbooks.package import Package
from workbooks.refusals import Reason, Refused

HEAD_BYTES = 8192


class Container(Enum):
    """The outer shape of a workbook file."""

    ZIP = "zip"
    OLE = "ole"
    BIFF = "biff"


class Format(Enum):
    """The formats of workbook that come as a zip."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"


CONTAINERS = (
    (b"PK\x03\x04", Container.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Container.OLE),
    (b"\x09\x00\x04\x00", Container.BIFF),
    (b"\x09\x02\x06\x00", Container.BIFF),
    (b"\x09\x04\x06\x00", Container.BIFF),
    (b"\x09\x08\x08\x00", Container.BIFF),
    (b"\x09\x08\x10\x00", Container.BIFF),
)

NO_WORKBOOKS = (
    (re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{4}\0\0\0\0|II\*\0|MM\0\*", re.DOTALL), Reason.PICTURE),
    (re.compile(rb"RIFF....WEBP|.{4}ftyp(?:hei|mif|avif)", re.DOTALL), Reason.PICTURE),
    (re.compile(rb".{0,1024}?%PDF-", re.DOTALL), Reason.PDF),
    (re.compile(rb"\{\\rtf"), Reason.DOCUMENT),
    (re.compile(rb"PK\x05\x06|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ"), Reason.ARCHIVE),
    (re.compile(rb".{0,4096}?schemas-microsoft-com:office:spreadsheet", re.DOTALL), Reason.XML_TABLE),
    (
        re.compile(rb".{0,4096}?(?:<html|<table|<!doctype html|mime-version:)", re.DOTALL | re.IGNORECASE),
        Reason.WEB_PAGE,
    ),
)

ZIPPED_FOREIGNERS = (("word/", Reason.DOCUMENT), ("ppt/", Reason.SLIDES), ("ofd.xml", Reason.OFD))

OPEN_DOCUMENTS = (
    (b"opendocument.spreadsheet", Format.ODS),
    (b"opendocument.text", Reason.DOCUMENT),
    (b"opendocument.presentation", Reason.SLIDES),
)

OLE_FOREIGNERS = (
    ("EncryptedPackage", Reason.ENCRYPTED),
    ("DRMContent", Reason.ENCRYPTED),
    ("WordDocument", Reason.DOCUMENT),
    ("PowerPoint Document", Reason.SLIDES),
)


def container(file: BinaryIO) -> Container:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for magic, shape in CONTAINERS:
        if head.startswith(magic):
            return shape
    raise Refused(_no_workbook(head))


def _no_workbook(head: bytes) -> Reason:
    if not head:
        return Reason.EMPTY
    readable = head.decode("utf-16", "replace").encode() if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    for pattern, reason in NO_WORKBOOKS:
        if pattern.match(readable):
            return reason
    return Reason.UNKNOWN if re.search(rb"[\0-\x08\x0e-\x1a]", readable) else Reason.TEXT


def zipped_format(package: Package) -> Format:
    if "mimetype" in package:
        return _open_document(package)
    if "xl/workbook.bin" in package:
        return Format.XLSB
    if "xl/workbook.xml" in package or package.holds_folder("xl/"):
        return Format.XLSX
    for name, reason in ZIPPED_FOREIGNERS:
        if package.holds_folder(name):
            raise Refused(reason)
    if "[content_types].xml" in package and b"sheet.main+xml" in package.small("[content_types].xml"):
        return Format.XLSX
    raise Refused(Reason.ARCHIVE)


def _open_document(package: Package) -> Format:
    if "meta-inf/manifest.xml" in package and b"encryption-data" in package.small("meta-inf/manifest.xml"):
        raise Refused(Reason.ENCRYPTED)
    kind = package.small("mimetype")
    for name, meaning in OPEN_DOCUMENTS:
        if name in kind:
            if isinstance(meaning, Reason):
                raise Refused(meaning)
            return meaning
    raise Refused(Reason.ARCHIVE)


def refuse_foreign_ole(data: bytes) -> None:
    """An OLE file that holds no readable workbook may be a known other thing: it names its streams in UTF-16."""
    for name, reason in OLE_FOREIGNERS:
        if name.encode("utf-16-le") in data:
            raise Refused(reason)
