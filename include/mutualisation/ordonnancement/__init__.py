"""The bundle of the chains, for any Airflow 3."""
