"""Which rows are in memory: places, pages, what is forgotten, what never moves."""

from llmgw_desktop.app.flights.columns import ShownFlight
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS, PAGES_KEPT, FlightWindow
from tests.support.made_flights import BEGIN_S, MadeReader, flight_id, summary


def shown(number: int, **changes: object) -> ShownFlight:
    return ShownFlight(summary(number, **changes), (str(number),))


def newest(total: int, count: int) -> list[ShownFlight]:
    return [shown(number) for number in range(total - 1, total - 1 - count, -1)]


def loaded(total: int) -> FlightWindow:
    window = FlightWindow()
    head = newest(total, min(PAGE_ROWS, total))
    window.load(head, total - len(head))
    return window


def fetch(window: FlightWindow, page: int, reader: MadeReader) -> None:
    request = window.request(page, FlightQuery())
    rows = reader.page(request.query, offset=request.offset, limit=PAGE_ROWS)
    window.put_page(request, [ShownFlight(row, ("x",)) for row in rows])


def ids(window: FlightWindow, rows: range) -> list[str | None]:
    found = (window.at(row) for row in rows)
    return [each.summary.id if each else None for each in found]


def test_a_short_list_has_no_pages() -> None:
    window = loaded(3)
    assert (window.row_count, window.below) == (3, 0)
    assert window.missing(0, 2) == []
    assert ids(window, range(3)) == [flight_id(2), flight_id(1), flight_id(0)]


def test_an_empty_list() -> None:
    window = loaded(0)
    assert window.row_count == 0
    assert window.missing(0, -1) == []
    assert window.missing(0, 20) == []


def test_pages_hold_the_right_rows() -> None:
    total = 2000
    window, reader = loaded(total), MadeReader(total)
    assert window.missing(250, 600) == [0, 1]
    for page in (0, 1, 6):
        fetch(window, page, reader)
    assert ids(window, range(250, 600)) == [flight_id(total - 1 - row) for row in range(250, 600)]
    assert window.at(1999) == ShownFlight(summary(0), ("x",))
    assert window.at(1000) is None


def test_new_flights_move_pages_without_reading_them_again() -> None:
    total = 2000
    window, reader = loaded(total), MadeReader(total)
    fetch(window, 2, reader)
    row = window.row_of(flight_id(1100))
    assert row == total - 1 - 1100
    for number in range(total, total + 40):
        window.insert(0, [shown(number)])
    reader.total = total + 40
    assert window.row_of(flight_id(1100)) == row + 40
    fetch(window, 3, reader)
    assert ids(window, range(window.row_count)).count(None) == total - PAGE_ROWS * 3
    place = window.row_of(flight_id(900))
    assert place is not None
    assert ids(window, range(place, place + 3)) == [flight_id(n) for n in (900, 899, 898)]


def test_flights_of_the_same_moment_are_neither_lost_nor_doubled() -> None:
    at_s = BEGIN_S + 10_000
    reader = MadeReader(600, lambda number: summary(number, started_at_s=at_s))
    head = [ShownFlight(flight, ()) for flight in reader.page(FlightQuery(), offset=0, limit=256)]
    window = FlightWindow()
    window.load(head, 600 - 256)
    request = window.request(0, FlightQuery())
    assert request.offset == 256
    assert request.query.until_s is not None
    assert at_s < request.query.until_s < at_s + 1


def test_an_older_limit_of_the_query_is_kept() -> None:
    until_s = BEGIN_S + 5
    assert loaded(2000).request(0, FlightQuery(until_s=until_s)).query.until_s == until_s


def test_only_so_many_pages_are_kept_and_the_least_looked_at_goes() -> None:
    total = PAGE_ROWS * (PAGES_KEPT + 4)
    window, reader = loaded(total), MadeReader(total)
    for page in range(PAGES_KEPT):
        fetch(window, page, reader)
    assert window.at(PAGE_ROWS) is not None
    fetch(window, PAGES_KEPT, reader)
    assert window.at(PAGE_ROWS) is not None
    assert window.at(PAGE_ROWS * 2) is None


def test_a_long_head_becomes_pages_and_no_row_moves() -> None:
    total = 3000
    window, reader = loaded(total), MadeReader(total)
    fetch(window, 0, reader)
    late = window.request(5, FlightQuery())
    late_rows = reader.page(late.query, offset=late.offset, limit=PAGE_ROWS)
    for number in range(total, total + 900):
        window.insert(0, [shown(number)])
    before = ids(window, range(1500))
    window.trim_head()
    assert len(window.head) <= 3 * PAGE_ROWS
    assert window.row_count == total + 900
    assert ids(window, range(1500)) == before
    # A page that was being read meanwhile still finds its place.
    window.put_page(late, [ShownFlight(row, ()) for row in late_rows])
    assert window.row_of(late_rows[0].id) == total + 900 - 1 - (total - 1 - PAGE_ROWS * 6)


def test_a_list_of_another_length_keeps_its_rows_until_they_are_read_again() -> None:
    total = 2000
    window, reader = loaded(total), MadeReader(total)
    fetch(window, 0, reader)
    window.set_below(window.below - 100)
    assert window.row_count == 1900
    assert window.at(PAGE_ROWS) is not None
    assert window.missing(PAGE_ROWS, PAGE_ROWS + 10) == [0]


def test_rows_are_found_in_head_and_pages() -> None:
    window, reader = loaded(1000), MadeReader(1000)
    fetch(window, 1, reader)
    wanted = {flight_id(999), flight_id(400), flight_id(0), "unknown"}
    assert window.rows_of(wanted) == {flight_id(999): 0, flight_id(400): 599}
