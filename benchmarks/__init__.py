"""The comparison with other tools that README reports: `python -m benchmarks DATA`."""
