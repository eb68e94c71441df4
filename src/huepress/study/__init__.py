"""For people who study: sweeps over k, comparisons, plots, cluster indices, the demo."""
