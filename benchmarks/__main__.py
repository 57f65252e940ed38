"""`python -m benchmarks`: every benchmark, one after another."""

from benchmarks import papers_bench, registry_bench, reply_losses, road_bench, run_bench, screen_bench, share_bench, stability_bench

share_bench.main()
run_bench.main()
papers_bench.main()
road_bench.main()
stability_bench.main()
screen_bench.main()
registry_bench.main()
reply_losses.main()
