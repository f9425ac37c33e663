"""The user's own images: folders, zip and npz files, single pictures, drawings. No torch."""
