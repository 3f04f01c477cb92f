"""This room says what another tariff, key or membership would change, without publishing (`simuler`)."""
