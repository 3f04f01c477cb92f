"""The bilan d'étape: what it says, and its forms (HTML, PDF, workbook)."""
