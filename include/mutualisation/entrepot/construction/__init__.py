"""This room builds the candidate publication: one dbt invocation, gate « modele »."""
