"""The command line of server administrators."""

from flask import Flask

from commands import (
    audit,
    backups,
    corpus,
    demo,
    documents,
    imports,
    keys,
    offices,
    second_factor,
    seeds,
    serve,
    stock,
    worker,
)


def register(app: Flask) -> None:
    for module in (
        seeds,
        offices,
        second_factor,
        imports,
        corpus,
        stock,
        audit,
        backups,
        demo,
        documents,
        worker,
        keys,
        serve,
    ):
        module.register(app)
