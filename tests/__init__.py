"""The project's tests and benchmarks, on real parts."""
