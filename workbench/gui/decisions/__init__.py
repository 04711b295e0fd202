"""What the Decisions page is made of."""
