"""The whole system under load, measured in CPU time and database operations for each case.

`make bench-load` fills logs of growing size, carries cases of item 000-01 over HTTP and writes
`bench/results/load.json`; `docs/reference/performance.md` says what each figure means.
"""
