"""What one asks: commands, chains, use cases, trials of a file, simulations. Imports every floor; none imports it."""
