"""Wizards: they draw questions that are data in `workbench.domain.questions`."""
