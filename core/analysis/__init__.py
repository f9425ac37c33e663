"""Tables from finished results: comparisons, slices, transitions, sequences. No torch."""
