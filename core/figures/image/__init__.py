"""Figures of one image: every model's answer, attribution maps, the drawing grid."""
