"""Assets between the chains: the raw rows of each source."""

from airflow.sdk import Asset


def brut(source: str) -> Asset:
    """The raw rows of one source, updated when an ingestion has landed something new."""
    return Asset(name=f"entrepot/brut/{source}", uri=f"entrepot://brut/{source}")
