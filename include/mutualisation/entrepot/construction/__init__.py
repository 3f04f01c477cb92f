"""Building the candidate publication: one dbt invocation, gate « modele »."""
