"""This room puts in an envelope what each adherent receives of a published exercice, and nothing of anybody else."""
