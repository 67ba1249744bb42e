"""For other people's test-suites: an assertion that must be acceptable."""
