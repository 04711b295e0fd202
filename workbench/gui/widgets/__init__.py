"""Widgets that every page is built from. None of them knows a service."""
