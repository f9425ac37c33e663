"""Membership inference: attacks on one model's outputs, and likelihood-ratio attacks with shadow models."""
