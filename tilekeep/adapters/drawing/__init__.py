"""What sources that draw lines and areas themselves have in common: planes, views and enlarged sheets."""
