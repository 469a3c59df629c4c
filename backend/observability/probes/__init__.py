"""Where machines ask how the site is: /healthz, /readyz, /metrics."""
