"""Rotation of a house's key, with every table of the house known to it."""

import djflow.audit.tables
import djflow.db.tables
import djflow.notify.tables
import djflow.people.tables
import djflow.roster.tables  # noqa: F401 - the imports fill the metadata, in which rotation finds the sealed columns
from djflow.assembly.house import House
from djflow.db import rotation
from djflow.db.rotation import KeyStatus, Rotation


def rotate(house: House) -> Rotation:
    """Put everything sealed under a fresh key and forget the old ones; other djflow programs must restart afterwards.

    Raises: KeyFileError when the key file is lost, damaged or belongs to another house; nothing is changed then.
    """
    return rotation.rotate(house.database, house.key_file)


def status(house: House) -> KeyStatus:
    """Return which key is active, how many values each key holds, and whether a rotation was broken off."""
    return rotation.key_status(house.database, house.key_file)
