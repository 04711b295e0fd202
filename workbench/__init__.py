"""The Model Selection Workbench: which foundation model a product should run on, and why."""

__version__ = "0.1.0"
