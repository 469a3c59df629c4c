"""What is counted where it happens. What the database knows is asked for when somebody scrapes."""

from prometheus_client import Counter, Gauge, Histogram

from backend.observability.metrics.reserved import use_reserved_files

use_reserved_files()

REQUESTS = Counter("helianthus_requests", "Requests answered, by the name of the route.", ("route", "method", "status"))
REQUEST_SECONDS = Histogram(
    "helianthus_request_seconds",
    "Seconds until an answer began.",
    ("route", "method"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REQUESTS_NOW = Gauge(
    "helianthus_requests_in_progress", "Requests that are being answered.", multiprocess_mode="livesum"
)
JUDGMENTS = Counter("helianthus_judgments_saved", "Judgments in the comparisons that were saved, new or changed.")
RUNS = Counter("helianthus_runs_finished", "Runs that came to an end.", ("status",))
STEP_SECONDS = Histogram(
    "helianthus_run_step_seconds",
    "Seconds that a run that succeeded took for a step.",
    ("step",),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900),
)
MAILS = Counter("helianthus_mails", "E-mails handed to the mail server, and those that it did not take.", ("outcome",))
TASK_FAILURES = Counter("helianthus_task_failures", "Tasks of workers that ended with an exception.", ("task",))
