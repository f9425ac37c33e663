"""What pages share. Nothing here imports torch: pages show what the store holds."""
