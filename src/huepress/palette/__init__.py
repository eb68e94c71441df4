"""From a picture to its palette: counting, starting, k-means, and the colors that must stay."""
