"""The side-by-side view of Validate: one prompt, two to six models."""
