"""A real Airflow on this machine, started and stopped with one run of every chain; the bundle of the chains."""
