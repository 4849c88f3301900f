"""Units in official order, branches, persons, posts, contacts, absences and the kinship register.

Phone, identity and bank numbers are sealed at rest; whoever only needs names and availability reads `PersonCard`.
"""
