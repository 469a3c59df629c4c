"""Robust scores from pairwise judgments: a library that knows nothing of the web.

`solidago.pipeline.run(dataset, config)` turns a :class:`solidago.dataset.Dataset` into raw, scaled and
collective scores; ``python -m solidago run DATASET.zip --out DIR`` does the same from a file.
"""

__version__ = "0.1.0"
