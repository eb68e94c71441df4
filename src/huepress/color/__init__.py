"""Colors as numbers: the spaces in which distance is measured, and what a profile's values show."""
