"""What the pages for people have in common: their files, their frame, and what browsers may do with them."""
