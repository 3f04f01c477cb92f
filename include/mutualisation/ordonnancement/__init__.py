"""A real Airflow on this machine: its settings, its four processes, its REST API. Nothing here imports airflow."""
