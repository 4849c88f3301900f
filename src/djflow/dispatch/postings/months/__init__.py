"""How somebody posted serves month by month: days present, the monthly form, spot checks, the field diary."""
