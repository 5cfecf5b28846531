"""What the package promises about its speed, measured: `make bench`."""
