"""The Forget page: the form, the request, the plan and the live run."""
