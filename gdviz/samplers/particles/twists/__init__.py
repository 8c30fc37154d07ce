"""What a particle's weight foresees of its reward, one file each."""
