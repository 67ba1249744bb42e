"""Is this deployment fit to sign in? Environments of a config and the project around them become cases for the same rules."""
