//! What is noticed about times, positions and units of tables, with cause and cure.

tramline_model::codes! {
    DAY_ONLY = "columns.day-only",
        "The file states the day of the work, but no time of day. The points have no timestamp and stay in the order of the file; the operation has its dates.",
        "Export with date and time if the time of day matters; otherwise nothing needs doing.";
    CLOCK_OF_INTERVALS = "columns.clock-of-intervals",
        "The time column counts seconds, or holds the seconds of each row, and names no day. The points have no timestamp, but the time from one point to the next is known.",
        "Export with date and time if the season or the time of day matters; otherwise nothing needs doing.";
    LOCAL_TIME = "columns.local-time",
        "The file states times without a time zone, usually the local time of the display. They are kept as if they were UTC, so they can be some hours off. Rates and totals do not change.",
        "Export with UTC times if the time of day matters; otherwise nothing needs doing.";
    DATE_ORDER_ASSUMED = "columns.date-order-assumed",
        "Every date of the file can be read in two ways, such as 5/6/2024, and nothing shows which number is the day. One order is assumed, so month and day may be swapped.",
        "Check the dates of the operation. If they are wrong, export with ISO 8601 dates such as 2024-07-31.";
    CRS_NOT_USED = "columns.crs-not-used",
        "A coordinate system was given for this upload, but the positions of the file are longitude and latitude already. The given system is not used.",
        "Nothing needs doing if the points lie on the field.";
    POSITION_EXCHANGED = "columns.position-exchanged",
        "The columns of longitude and latitude are swapped: their values or letters only make sense the other way round. They are read the right way round.",
        "Nothing needs doing if the points lie on the field.";
    POSITION_SCALED = "columns.position-scaled",
        "The file keeps its positions as whole numbers, such as millionths of a degree. They are converted to degrees.",
        "Nothing needs doing if the points lie on the field.";
    POSITION_ASSUMED = "text.position-assumed",
        "The columns of the position have general titles such as X and Y, but their values look like degrees. They are read as WGS 84 longitude and latitude.",
        "Check on the map that the points lie on the field; if they do not, export with longitude and latitude.";
    DATUM_APPROXIMATE = "columns.datum-approximate",
        "The coordinate system of the file rests on an older datum, which can be converted to WGS 84 only to within a few metres. Positions are shifted together; areas and rates do not change.",
        "Export in WGS 84 if the positions must match other layers exactly.";
    UNIT_PROVED = "columns.unit-proved",
        "The file does not state the unit of some columns, or calls a mass a volume, but its own numbers show it: distance, width, area, amount and time must agree with each other. That unit is used.",
        "Nothing needs doing. If a unit is wrong, give the right one with a column map.";
    UNIT_OVERRULED = "columns.unit-overruled",
        "The file states one unit for a column, but its own numbers clearly show another, as when a program converts titles and not values. The column is read in the unit that the numbers show.",
        "Compare a total with the display. If the stated unit is right, give it with a column map.";
    UNIT_DOUBTFUL = "columns.unit-doubtful",
        "Two ways to compute the same quantity from the file disagree, and would agree if one column had another unit. The proof is too weak to change the unit, so totals may be wrong by a constant factor.",
        "Compare a total with the display. If a unit is wrong, give the right one with a column map.";
    UNIT_BY_SYSTEM = "columns.unit-by-system",
        "The file does not state the unit of some columns. The numbers in other columns show US or metric units, so these are read in the same system.",
        "Compare a value with the display. If a unit is wrong, give the right one with a column map.";
    UNIT_ALIKE = "columns.unit-alike",
        "The file does not state the unit of some columns. They are read in the units that usually go with the units it states for the others.",
        "Compare a value with the display. If a unit is wrong, give the right one with a column map.";
}
