"""English: the name of the month, since 3/5 is another day in Brussels than in Boston."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
