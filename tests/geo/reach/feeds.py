"""A small GTFS feed: a bus through three villages, one that crosses it, and one for early birds."""

import zipfile
from pathlib import Path

#: stop -> (longitude, latitude); `cross` lies 200 m from `middle`: one changes there on foot.
STOPS = {
    "school": (4.7000, 50.8800),
    "middle": (4.8000, 50.8800),
    "works": (4.9000, 50.8800),
    "cross": (4.8000, 50.8818),
    "village": (4.8000, 50.9500),
    "early": (4.7600, 50.9500),
}
#: line -> ((stop, minutes since the first one), ...), and when it leaves on school days.
LINES = {
    "one": ((("school", 0), ("middle", 10), ("works", 20)), ["06:30", "07:00", "07:30", "08:00"]),
    "two": ((("cross", 0), ("village", 12)), ["06:45", "07:15", "07:45"]),
    # Nobody who starts at eight wants to be there at half past four.
    "dawn": ((("school", 0), ("early", 10)), ["04:20"]),
    # On Saturdays only.
    "market": ((("works", 0), ("village", 5)), ["07:00"]),
}


def write_feed(path: Path, without: str = "") -> Path:
    """The feed as a zip, but for one line if it is named."""
    trips, times = (
        ["route_id,service_id,trip_id"],
        ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
    )
    lines = {name: line for name, line in LINES.items() if name != without}
    for name, (stops, departures) in lines.items():
        for start in departures:
            trip = f"{name}-{start}"
            trips.append(f"{name},{'saturday' if name == 'market' else 'school'},{trip}")
            hour, minute = map(int, start.split(":"))
            for n, (stop, later) in enumerate(stops):
                total = hour * 60 + minute + later
                at = f"{total // 60:02d}:{total % 60:02d}:00"
                times.append(f"{trip},{at},{at},{stop},{n}")
    files = {
        "agency": [
            "agency_id,agency_name,agency_url,agency_timezone",
            "B,Bus,https://bus.example,Europe/Brussels",
        ],
        "stops": [
            "stop_id,stop_name,stop_lat,stop_lon",
            *(f"{stop},{stop},{lat},{lon}" for stop, (lon, lat) in STOPS.items()),
        ],
        "routes": [
            "route_id,agency_id,route_short_name,route_type",
            *(f"{name},B,{name},3" for name in lines),
        ],
        "calendar": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
            "start_date,end_date",
            "school,1,1,1,1,1,0,0,20260901,20270630",
            "saturday,0,0,0,0,0,1,0,20260901,20270630",
        ],
        "trips": trips,
        "stop_times": times,
    }
    with zipfile.ZipFile(path, "w") as feed:
        for name, rows in files.items():
            feed.writestr(f"{name}.txt", "\n".join(rows) + "\n")
    return path
