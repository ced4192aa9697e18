"""What was done about it: bad ratings open cases, units answer them, the receipt shows the answer."""
