"""The sections of a report, one module per subject; `build` puts them in order."""
