"""Background processes that execute runs, one supervisor per store. Nothing imported here imports torch."""

from core.jobs.supervisor import ensure_supervisor, is_supervised, supervise

__all__ = ["ensure_supervisor", "is_supervised", "supervise"]
