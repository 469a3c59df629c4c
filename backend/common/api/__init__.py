"""What all endpoints of the REST API share: strict input, problem+json, cursor pages, throttles, schema."""
