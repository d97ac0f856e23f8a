"""Scanned papers: the pages of a PDF as pictures, drawn in a process that is limited and taken away afterwards."""

from papers.rendering import MOST_PAGES, pages_of_pdf

__all__ = ["MOST_PAGES", "pages_of_pdf"]
