"""Legal acts as drafts: what a service of the assemblies starts from, every figure that of the bilan."""

from mutualisation.rapport.contenu.actes.produit import documents

__all__ = ["documents"]
