"""The one local file that remembers scenarios and their evidence. Rows stay in here; domain values go in and out.

Importing this package loads nothing heavy: SQLAlchemy comes with the first read or write, in the `db` lane.
"""
