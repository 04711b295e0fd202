"""Frozen values of the product, in product.md's words. Standard library only."""
