"""The facts in: reads the folder of YAML files, checks every figure, and keeps the checked result for the next start.

`load_catalog` imports PyYAML and pydantic only when a file has changed since the last start.
"""

from workbench.catalog.load import check_catalog, load_catalog, load_effective

__all__ = ["check_catalog", "load_catalog", "load_effective"]
