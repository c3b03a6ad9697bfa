"""The door of Shilu 实录: settings, the command line, the process supervisor."""

__version__ = "0.1.0"
