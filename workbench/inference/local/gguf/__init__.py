"""What is in a GGUF file, read without llama.cpp and without trusting the file.

`inspect(path)` describes it and lists what is wrong; a file that is no model at all raises `WorkbenchError`.
"""

from workbench.inference.local.gguf.describe import all_keys, inspect, refuse_unsound
from workbench.inference.local.gguf.file import GgufFile, Role
from workbench.inference.local.gguf.soundness import Problem, Severity

__all__ = ["GgufFile", "Problem", "Role", "Severity", "all_keys", "inspect", "refuse_unsound"]
