"""This floor makes what is read: the contents of the bilan, its forms, its extract, invoices. It imports those
below."""
