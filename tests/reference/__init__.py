"""The reference of the cookbook, written from the code: nothing in it is typed by hand."""
