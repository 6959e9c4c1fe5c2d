"""What scripts/bench measures: one module per measurement, each giving figures for one table."""
