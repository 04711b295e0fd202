"""Parts of the Options page: pictures with their tables, what stands behind, the ladder, what pulls against what."""
