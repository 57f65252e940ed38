"""`python -m benchmarks`: every benchmark, one after another."""

from benchmarks import papers_bench, road_bench, run_bench, share_bench

share_bench.main()
run_bench.main()
papers_bench.main()
road_bench.main()
