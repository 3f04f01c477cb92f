"""What the DAG files share: assets, tasks, the words of a failure. No business logic."""
