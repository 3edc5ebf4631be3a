"""The log for strangers: lanes and their records, with the exact bytes of each commit."""
