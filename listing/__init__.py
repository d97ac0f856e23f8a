"""What stands in a list: which rows are asked for, in which order, and how they are reached however many there are."""
