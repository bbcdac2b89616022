"""The sections of a scenario file: frozen records of fields with unit, default, bound and source."""
