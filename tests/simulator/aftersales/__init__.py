"""What comes after a sale: freight, parcels, disputes."""
