"""The routing view of Validate: what one's own results say of splitting traffic."""
