"""Errors as pages: every refusal is a Chinese page (JSON below /api/ and for /health), never a trace of the program."""

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from djflow.core.errors import ConflictError, DjflowError, GoneError, InputError, NotFoundError, RuleError
from djflow.roster.views import DistrictNames
from djflow.web.frame import HTML, NO_STORE, SECURITY_HEADERS, environment
from djflow.web.public.catalog import Catalog, Shelf

log = logging.getLogger("djflow.web")


STATUS: tuple[tuple[type[DjflowError], int], ...] = (
    (GoneError, 410),
    (NotFoundError, 404),
    (InputError, 400),
    (RuleError, 403),
    (ConflictError, 409),
)
HEADINGS = {
    400: "地址写得不对",
    403: "不能这样做",
    404: "没有找到",
    405: "不能这样访问",
    409: "已经有人先办了",
    410: "链接已失效",
    500: "系统出了点问题",
    503: "系统正忙",
}
MESSAGES = {
    400: "请求的内容看不懂，请检查地址后再试。",
    404: "没有这个页面，可能是地址写错了，也可能内容已经撤下。",
    405: "这个地址不支持这种访问方式，请从首页进入。",
    410: "这个链接已经过期，请向发给您的人要一个新的。",
    500: "这一页暂时打不开，问题已记录。请稍后再试，急事请拨打镇（乡）咨询电话。",
    503: "数据正在更新或暂时连不上，请过一分钟再试。",
}


class ErrorPages:
    """Answers errors with the names of the shelf's district."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def install(self, app: FastAPI) -> None:
        """Make `app` answer every error through these pages."""
        app.add_exception_handler(DjflowError, self.refused)
        app.add_exception_handler(HTTPException, self.not_served)
        app.add_exception_handler(RequestValidationError, self.not_understood)
        app.add_exception_handler(Exception, self.failed)

    def refused(self, request: Request, error: Exception) -> Response:
        """Answer an error of the house: its sentence for what the visitor can mend, a general one for the rest."""
        if not isinstance(error, DjflowError):
            raise TypeError from error
        status = next((number for kind, number in STATUS if isinstance(error, kind)), 503 if error.retryable else 500)
        if status < 500:
            return self.answer(request, status, error.message, error.code)
        log.error("%s: %s", error.code, error.message)
        return self.answer(request, status, MESSAGES[status], error.code)

    def not_served(self, request: Request, error: Exception) -> Response:
        """Answer a path or method that is not served."""
        if not isinstance(error, HTTPException):
            raise TypeError from error
        status = error.status_code
        response = self.answer(request, status, MESSAGES.get(status, MESSAGES[400]), "http")
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    def not_understood(self, request: Request, error: Exception) -> Response:
        """Answer parameters of the wrong form."""
        _ = error
        return self.answer(request, 400, MESSAGES[400], "bad_input")

    def failed(self, request: Request, error: Exception) -> Response:
        """Answer what nobody foresaw; the server writes the trace into its own log."""
        _ = error
        response = self.answer(request, 500, MESSAGES[500], "error")
        response.headers.update(SECURITY_HEADERS)  # this answer is made outside the middleware
        return response

    def answer(self, request: Request, status: int, message: str, code: str) -> Response:
        """Return the error as a page, or as JSON where programs ask."""
        headers = {"Cache-Control": NO_STORE} | ({"Retry-After": "60"} if status == 503 else {})
        path = request.url.path
        if path.startswith("/api/") or path == "/health":
            value = {"status": "failing", "error": {"code": code, "message": message}}
            return JSONResponse(value, status, headers)
        catalog = self._shelf.current() if status < 500 else self._shelf.last()
        return Response(_error_page(catalog, status, message), status, headers, HTML)


def _error_page(catalog: Catalog | None, status: int, message: str) -> str:
    return (
        environment()
        .get_template("error.html.j2")
        .render(
            names=catalog.names if catalog else DistrictNames("", "", ""),
            months=catalog.months[-12:] if catalog and status in {400, 404} else (),
            section="",
            heading=HEADINGS.get(status, HEADINGS[400]),
            message=message,
        )
    )
