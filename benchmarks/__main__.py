"""`python -m benchmarks`: every benchmark, one after another."""

from benchmarks import run_bench, share_bench

share_bench.main()
run_bench.main()
