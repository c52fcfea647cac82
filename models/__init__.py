"""What is true: one module a concept; what people do is in commands."""
