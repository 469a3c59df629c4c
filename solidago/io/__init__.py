"""Reading and writing datasets and results: snapshots, the Tournesol layout."""
