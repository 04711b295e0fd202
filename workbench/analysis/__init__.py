"""The decision science: pure functions of plain numbers."""
