"""What can be refused, and the sentence the person reads. Library errors never reach a screen; these do."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal whose text is written for the person: what is wrong, where, what to do."""

    @property
    def sentence(self) -> str:
        return str(self)


class NotAllowed(DomainError):
    """The rule or the role forbids it; the page answers 403."""


class NotFound(DomainError):
    """It does not exist, or not within the actor's reach; the page answers 404."""


class StaleVersion(DomainError):
    """Somebody else was faster: nothing was changed, and the sentence says what happened instead."""


class FieldProblem(DomainError):
    """One field of a form is wrong; `field` names it so that the sentence can stand beside it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class FieldProblems(DomainError):
    """Several fields are wrong at once."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("；".join(problem.sentence for problem in problems))
        self.problems = problems


class WorkbookRefused(DomainError):
    """The file as a whole cannot be read as a workbook."""


class PhotoRefused(DomainError):
    """The photo cannot be taken; the sentence says how to take a better one."""


class TooMany(DomainError):
    """Asked too often; the page answers 429."""
