"""Evals: data sets read, models asked through `domain.chat.ChatModel`, answers scored, results summed up."""
