"""What knows every room: start page, sign-in, people, jobs, error pages."""
