"""Leaving the desk and changing the password."""

from djflow.accounts.model import Act
from djflow.assembly import doorway
from djflow.core.errors import InputError
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit


def password_page(visit: Visit) -> Answer:
    """Show the form for a new password."""
    return Page("desk_password.html.j2", "password", {"message": "", "due": visit.visitor.needs_password})


def change_password(visit: Visit) -> Answer:
    """Replace the password; the login gets a fresh token."""
    form = visit.form
    if form.raw("new") != form.raw("again"):
        return _again(visit, "两次输入的新密码不一样，请重新输入。")
    try:
        entered = doorway.change_password(
            visit.house, visit.visitor, old=form.raw("old"), new=form.raw("new"), ip=visit.ip
        )
    except InputError as error:
        return _again(visit, error.message)
    return Go("/desk?said=password", token=entered.token)


def _again(visit: Visit, message: str) -> Page:
    values = {"message": message, "due": visit.visitor.needs_password}
    return Page("desk_password.html.j2", "password", values, 400)


def log_out(visit: Visit) -> Answer:
    """End the login."""
    doorway.leave(visit.house, visit.visitor, ip=visit.ip)
    return Go("/desk/login", token="")


ROUTES = (
    Route("/desk/password", Act.OWN_PASSWORD, password_page, early=True),
    Route("/desk/password", Act.OWN_PASSWORD, change_password, "POST", early=True),
    Route("/desk/logout", Act.OWN_PASSWORD, log_out, "POST", early=True),
)
