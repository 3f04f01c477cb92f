"""Tagged PDF by typst: one compiler, the templates, the graphic charter."""
