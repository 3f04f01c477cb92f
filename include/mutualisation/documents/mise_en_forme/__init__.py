"""Forms of the bilan: page, PDF, workbook. They know blocks and kinds of columns, no dispositif and no control."""
