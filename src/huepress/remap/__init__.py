"""Image and palette to indices: nearest color, or by distortion and rate."""
