"""What every page has: frame, navigation, URL state, errors, access to finished runs, figures."""
