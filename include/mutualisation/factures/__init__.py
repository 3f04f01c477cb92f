"""Half-yearly invoices, PES draft and D5211-16 statements, from what is published."""

from mutualisation.factures.ecriture import ecrire_factures

__all__ = ["ecrire_factures"]
