"""What the office may decide: TOML files below `<home>/config/`, checked as a whole and handed out as frozen values.

Nobody below this package reads settings or the environment; values come as arguments.
"""
