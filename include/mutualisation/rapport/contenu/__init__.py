"""What the bilan says, once: one file per section, read from `publication`, in the order of `document.SECTIONS`."""
