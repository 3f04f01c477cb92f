"""The DAG files share assets, tasks, and the words of a failure; no business logic is here."""
