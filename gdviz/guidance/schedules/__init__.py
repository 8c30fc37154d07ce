"""Weight schedules: one file each."""
