"""Benchmarks: `./dev bench`. They print ratios measured in one run and fail nothing."""
