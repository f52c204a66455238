"""The pages of the documentation site that are made from the code each time the site is built."""
