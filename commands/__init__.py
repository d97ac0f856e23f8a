"""The command line of server administrators."""

from flask import Flask

from commands import audit, demo, documents, imports, offices, seeds


def register(app: Flask) -> None:
    for module in (seeds, offices, imports, audit, demo, documents):
        module.register(app)
