"""Half-yearly invoices, PES draft and D5211-16 statements, from what is published."""

from mutualisation.factures.ecriture import ecrire_factures
from mutualisation.factures.instantane import figer_facturation

__all__ = ["ecrire_factures", "figer_facturation"]
