"""Figures of the Sensitivity page: input-gradient norms in every model."""
