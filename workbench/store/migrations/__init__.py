"""Alembic's folder. A step is written by hand, never imports today's tables, and is never edited after a release."""
