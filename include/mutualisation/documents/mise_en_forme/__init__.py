"""This room sets a bilan as page, PDF, workbook: it knows blocks and kinds of columns, no dispositif and no control."""
