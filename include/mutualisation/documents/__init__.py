"""What is read: the bilan's contents, its forms, its extract, invoices. Imports the floors below."""
