"""Does a request come through, and what is the answer? Everything between socket and operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from ._account import Account
from ._answers import (
    BAD_TOKEN,
    NO_SUCH_PATH,
    NO_TOKEN,
    OFFLINE,
    REFUSED_AS_TOO_EARLY,
    Refusal,
    Refused,
    no_points,
    refused,
    success,
    too_many,
)
from ._bodies import Body, check_required, read_body
from ._callers import Callers
from ._limits import Window
from ._log import Record, RequestLog, masked
from ._operations import OPEN_OPERATIONS, OPERATIONS, is_written
from ._parameters import read_headers, read_query
from ._quotas import check_quota
from ._rules import check_rules
from ._spec import Json, Route, routes
from ._validation import answer_problem, check_body
from ._world import Call, World

_JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came from the socket; the path is below the base URL."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    peer: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer for the socket.

    Attributes:
        sent: how many bytes of the body go out before the connection is cut: all when None, and not
            even a header when 0.
        is_example: whether the body is an example of the documentation, and no operation ran.
        drip: seconds over which the body is spread.
    """

    status: int
    body: bytes
    content_type: str = _JSON
    code: int | None = None
    sent: int | None = None
    is_example: bool = False
    drip: float = 0.0


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may run; ``probed`` is what its callback addresses answered."""

    route: Route
    account: Account | None
    incoming: Incoming
    probed: Mapping[str, int | None] = field(default_factory=dict[str, int | None])


class Gateway:
    """Checks requests in CJ's order: address, path, method, token, pace, points; then runs them.

    Args:
        per_ip: requests a second of one address, None for any number.
        enforce: whether requests that come too early are refused, or only counted.
        refusal_status: HTTP status of refusals for pace and points.
        validate: whether bodies and answers are held against the bundled spec.
        callers: limits of an address beside its pace; none when left out.

    Attributes:
        mistakes: answers that were outside the spec, in words.
    """

    def __init__(
        self,
        world: World,
        log: RequestLog,
        *,
        per_ip: float | None,
        enforce: bool,
        refusal_status: int,
        validate: bool = True,
        callers: Callers | None = None,
    ) -> None:
        self.mistakes: list[str] = []
        self._validate = validate
        self.violations = 0
        self.address_violations = 0
        self._world = world
        self._routes = routes()
        self._log = log
        self._per_ip = per_ip
        self._enforce = enforce
        self._refusal_status = refusal_status
        self._addresses: dict[str, Window] = {}
        self.callers = callers or Callers()
        self._answers = 0

    @property
    def per_ip(self) -> float | None:
        """Requests a second of one address, None for any number."""
        return self._per_ip

    def forget_addresses(self) -> None:
        """Begin every address's window again, as if nothing had been sent lately."""
        self._addresses.clear()
        self.callers.forget()

    def start_over(self) -> None:
        """Forget all that was counted."""
        self.forget_addresses()
        self.violations = self.address_violations = self._answers = 0

    def admit(self, incoming: Incoming, record: Record) -> Admitted:
        """Let a request through.

        Raises:
            Refused: for what it is not.
        """
        self._check_address(incoming.peer, record.at)
        self._world.catch_up()
        route = self._route(incoming)
        record.operation = route.operation
        self._log.operations[route.operation] += 1
        if route.open:
            self.callers.check_without_login(incoming.peer, record.at)
            return Admitted(route, None, incoming)
        account = self._account(incoming.token)
        record.account = account.number
        self.callers.check_user(incoming.peer, account.number, self._world.clock.time())
        self._check_pace(account, record.at)
        self._check_points(account, route.points)
        check_quota(account, incoming.path, self._world.clock.time())
        return Admitted(route, account, incoming)

    def run(self, admitted: Admitted, record: Record) -> Reply:
        """Let an operation take effect, and wrap what it gives.

        An operation that nobody has written answers the example of the documentation.
        """
        route = admitted.route
        try:
            answer = self._answer(admitted, record)
        except Refused as reason:
            return self.refuse(route.operation, reason.refusal)
        record.took_effect = True
        points = admitted.account.points if admitted.account else None
        if points and route.points:
            points.spend(route.points)
            answer["pointsInfo"] = points.info()
        if self._validate:
            problem = answer_problem(route.operation, answer)
            if problem is not None:
                return self._mistake(problem)
        return Reply(
            200,
            msgspec.json.encode(answer),
            code=answer.get("code"),
            is_example=not is_written(route.operation),
        )

    def _mistake(self, problem: str) -> Reply:
        """An answer outside the spec is a bug: nobody shall take it for CJ's."""
        self.mistakes.append(problem)
        return Reply(500, problem.encode(), "text/plain;charset=UTF-8")

    def refuse(self, operation: str, refusal: Refusal) -> Reply:
        """Wrap a refusal."""
        early = refusal.code in REFUSED_AS_TOO_EARLY
        body = msgspec.json.encode(refused(operation, refusal, self._request_id()))
        return Reply(self._refusal_status if early else refusal.status, body, code=refusal.code)

    def _answer(self, admitted: Admitted, record: Record) -> Json:
        route, account, incoming = admitted.route, admitted.account, admitted.incoming
        query = read_query(route, incoming.query)
        headers = read_headers(route, incoming.headers)
        record.headers = masked(headers)
        body = self._body(admitted, record)
        if account is None and route.operation in OPEN_OPERATIONS:
            data = OPEN_OPERATIONS[route.operation](self._world, body.fields)
            return success(route.operation, data, self._request_id())
        if route.body is not None:
            check_required(route.body, body)
        check_rules(route.rules, {**query, **headers, **body.fields})
        if self._validate and route.body is not None:
            check_body(route.operation, body.whole)
        if account is None or route.operation not in OPERATIONS:
            return self._example(route)
        rows, probed = body.rows or (), admitted.probed
        call = Call(self._world, account, query, body.fields, rows, headers, probed)
        data = OPERATIONS[route.operation](call)
        codeless = self._world.has("answers_without_code")
        return success(route.operation, data, self._request_id(), without_code=codeless)

    def _body(self, admitted: Admitted, record: Record) -> Body:
        rule, incoming = admitted.route.body, admitted.incoming
        if rule is None:
            return Body()
        body = read_body(rule, incoming.content_type, incoming.body)
        if body.rows is None:
            record.body = masked(body.fields)
        else:
            record.body = [masked(row) for row in body.rows]
        return body

    def _example(self, route: Route) -> Json:
        """The example of an operation; only its request id is of this call."""
        if route.example is None:
            raise Refused(OFFLINE)
        answer = {name: value for name, value in route.example.items() if name != "pointsInfo"}
        if "requestId" in answer:
            answer["requestId"] = self._request_id()
        return answer

    def _route(self, incoming: Incoming) -> Route:
        methods = self._routes.get(incoming.path)
        if methods is None:
            raise Refused(NO_SUCH_PATH)
        route = methods.get(incoming.method)
        if route is None:
            raise Refused(Refusal(16900202, f"Request method '{incoming.method}' not supported"))
        return route

    def _account(self, token: str) -> Account:
        if not token:
            raise Refused(NO_TOKEN)
        account = self._world.accounts.with_token(token)
        if account is None:
            raise Refused(BAD_TOKEN)
        return account

    def _check_address(self, peer: str, at: float) -> None:
        if self._per_ip is None:
            return
        window = self._addresses.get(peer)
        if window is None:
            window = self._addresses[peer] = Window.per_second(self._per_ip)
        if not window.is_open(at):
            self.address_violations += 1
            if self._enforce:
                raise Refused(too_many(self._per_ip))
        window.passed(at)

    def _check_pace(self, account: Account, at: float) -> None:
        if not account.window.is_open(at):
            self.violations += 1
            if self._enforce:
                raise Refused(too_many(account.rate))
        account.window.passed(at)

    def _check_points(self, account: Account, cost: int) -> None:
        points = account.points
        if points is None or not cost:
            return
        points.settle(self._world.clock.time())
        if points.remaining < cost:
            raise Refused(no_points(points.used_today, points.remaining, cost))

    def _request_id(self) -> str:
        """With and without hyphens, as it comes."""
        self._answers += 1
        number = f"{self._world.catalog.seed & 0xFFFF:04x}{self._answers:028x}"
        if self._answers % 3:
            return number
        return f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
