"""The views of the catalog page: browse, one model, a comparison, an import, and the forms for figures of one's own."""
