"""This floor holds what every other uses: paths, errors, French words, child processes. It imports nothing of ours."""
