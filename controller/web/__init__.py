"""What the controller answers over HTTPS: the device API first, the dashboard for everything else."""
