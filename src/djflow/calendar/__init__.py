"""Market rules, lunar days and workdays: which civil dates a rule means. Pure, no clock, no settings."""
