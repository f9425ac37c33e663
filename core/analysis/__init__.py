"""From finished results to tables: comparisons, slices, transitions, sequences. Nothing here imports torch."""
