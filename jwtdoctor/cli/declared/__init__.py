"""The commands as typer sees them: arguments, options, help. One call each; the work is done in the module of that name."""
