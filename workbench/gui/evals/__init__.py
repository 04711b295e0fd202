"""The evals view of Validate: the team's own cases on local models."""
