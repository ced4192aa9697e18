"""The one place that asks what time it is. Days are Chinese days: UTC+8 all year, everywhere in the country."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "UTC+8")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in China."""
    return now().astimezone(BEIJING).date()


def local(moment: datetime) -> datetime:
    """A stored moment as a Chinese clock shows it; SQLite hands moments back without their zone.

    >>> local(datetime(2026, 3, 31, 16, 30)).strftime("%Y-%m-%d %H:%M")
    '2026-04-01 00:30'
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(BEIJING)
