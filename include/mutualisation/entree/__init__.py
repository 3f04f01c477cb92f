"""This floor takes in what comes: the registry of sources, readers, the landing of a drop. It imports socle."""
