"""Language models on this machine: GGUF files read, checked, and run in one child process each."""
