"""Who decides: one kind of institution per file, its rules as pure functions in files of their own."""
