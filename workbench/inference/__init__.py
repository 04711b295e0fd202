"""Asking language models: local files, each in a child process of its own, behind `domain.chat.ChatModel`."""
