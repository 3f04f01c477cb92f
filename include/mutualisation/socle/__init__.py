"""The ground: paths, errors, French words and forms, the one host of child processes. Imports nothing of ours."""
