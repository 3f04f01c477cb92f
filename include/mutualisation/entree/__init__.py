"""What comes in: the registry of sources, readers of formats, the landing of a drop. Imports the ground alone."""
