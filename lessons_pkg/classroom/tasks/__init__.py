"""The tasks of the exercises, one module a chapter: references, known mistakes and their hints."""
