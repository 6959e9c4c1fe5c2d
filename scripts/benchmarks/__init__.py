"""What scripts/bench measures: one module for each measurement, with its figures for one table."""
