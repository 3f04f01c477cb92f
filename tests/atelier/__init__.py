"""The workshop of the tests: small drops, real builds, running a command, expected rows."""
