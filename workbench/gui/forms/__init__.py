"""Forms: dialogs in which a person edits one value, checked before it is taken."""
