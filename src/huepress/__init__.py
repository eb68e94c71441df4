"""Image compression by k-means clustering of colors."""
