"""The system administrator's page: versions, the database, the configuration; no personal data and no logs."""

from importlib.metadata import version

from djflow.accounts.model import Act
from djflow.settings.load import check
from djflow.web.desk.frame import Answer, Page, Route, Visit


def system_page(visit: Visit) -> Answer:
    """Show what the system runs on and what is wrong with the configuration."""
    house = visit.house
    values = {
        "facts": [
            ("程序版本", version("djflow")),
            ("数据库", {"sqlite": "SQLite（自带）", "postgresql": "PostgreSQL"}[house.database.engine.dialect.name]),
            ("正在使用的密钥", house.vault.active),
            ("密钥指纹", house.vault.fingerprint),
            ("本区种类", "示范区" if house.is_demo else "正式"),
        ],
        "problems": check(house.home),
        "prefect": house.settings.prefect.address,
    }
    return Page("desk_system.html.j2", "system", values)


ROUTES = (Route("/desk/system", Act.SYSTEM_READ, system_page),)
