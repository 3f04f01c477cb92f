"""This room runs every child process: one that imports a slow library early and answers on request."""
