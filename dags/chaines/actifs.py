"""What one chain tells another."""

from airflow.sdk import Asset

# updated once for a whole drop, when something new has landed: a build starts on it, so one per drop
DEPOT_CHARGE = Asset(name="entrepot/depot_charge", uri="entrepot://depot_charge")
