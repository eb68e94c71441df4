"""What files look like: signatures, chunks, profiles and limits; no pixels are decoded here."""
