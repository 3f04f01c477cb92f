"""From a gated build to what is read: promotion, CSV, page, workbook, manifest."""
