"""This room makes the bilan d'étape: what it says (`contenu`), and its forms (HTML, PDF, workbook)."""
