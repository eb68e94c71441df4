"""What came out: its figures, how notebooks show it, and how it gets onto the disk."""
