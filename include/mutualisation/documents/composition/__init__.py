"""This room makes tagged PDF by typst: one compiler, the templates, the graphic charter."""
