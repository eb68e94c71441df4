"""Results: their figures, how notebooks show them, and how they are written to disk."""
