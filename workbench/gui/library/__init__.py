"""Parts of the page Local models: rows, what explains them, downloads and servers."""
