"""Reading codes from frames, in a process that is confined. Imports nothing: that process loads this as well."""
