"""Colors as numbers: where distance is measured, and what values in a profile look like."""
