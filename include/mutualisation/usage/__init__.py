"""This floor answers what one asks: commands, chains, trials of a file, simulations; no other floor imports it."""
