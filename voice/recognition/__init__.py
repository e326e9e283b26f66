"""What is done with recognised words before they count: agreement, biasing, and a guard against inventions. Pure."""
