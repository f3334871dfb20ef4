"""What people open at intake, one file per reader: home (everybody), partner, resident, desk (coordinators)."""
