"""The parts of an import, from the sheet's header to the error workbook; importers.py is their front door."""
