"""Who executes: one supervisor per store with worker processes. Nothing imported here imports torch."""

from core.jobs.supervisor import ensure_supervisor, is_supervised, supervise

__all__ = ["ensure_supervisor", "is_supervised", "supervise"]
