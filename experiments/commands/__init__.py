"""Groups of commands of the command line, hooked into ``experiments.cli``."""
