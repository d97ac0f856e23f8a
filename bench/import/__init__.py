"""The import of a workbook, held against a floor and against peers."""
