"""The settings of TMU."""
