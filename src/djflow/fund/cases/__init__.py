"""The way of an application: states, rules, tables, acts."""
